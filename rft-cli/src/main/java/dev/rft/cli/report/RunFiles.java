package dev.rft.cli.report;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * Where a demo keeps its files.
 *
 * @param dir the directory that holds all of them
 */
public record RunFiles(Path dir) {

    /** Checks that the directory is there. */
    public RunFiles {
        Objects.requireNonNull(dir, "dir");
    }

    /** Returns the metrics of the supervised run. */
    public Path supervisedMetrics() {
        return dir.resolve("supervised").resolve("metrics.jsonl");
    }

    /** Returns the journal of the supervised run. */
    public Path supervisedJournal() {
        return dir.resolve("supervised").resolve("journal.jsonl");
    }

    /** Returns the metrics of the unsupervised twin. */
    public Path unsupervisedMetrics() {
        return dir.resolve("unsupervised").resolve("metrics.jsonl");
    }

    /** Returns what was asked for and what came of it. */
    public Path summary() {
        return dir.resolve("summary.json");
    }

    /** Returns the page. */
    public Path report() {
        return dir.resolve("report.html");
    }

    /** Returns all files of a demo. */
    public List<Path> all() {
        return List.of(
                supervisedMetrics(),
                supervisedJournal(),
                unsupervisedMetrics(),
                summary(),
                report());
    }
}
