package dev.rft.cli.report;

import dev.rft.recovery.journal.Journal;
import dev.rft.recovery.journal.JournalReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * All that the page shows.
 *
 * @param summary what was asked for and what came of it
 * @param supervised the numbers of the supervised run
 * @param unsupervised the numbers of its unsupervised twin
 * @param incidents the supervised run's incidents, in order; copied
 * @param torn how many lines of the files were not whole and are missing here
 */
public record ReportData(
        Summary summary,
        RunMetrics supervised,
        RunMetrics unsupervised,
        List<IncidentStory> incidents,
        int torn) {

    /** Copies the list and checks that nothing is missing. */
    public ReportData {
        Objects.requireNonNull(summary, "summary");
        Objects.requireNonNull(supervised, "supervised");
        Objects.requireNonNull(unsupervised, "unsupervised");
        incidents = List.copyOf(incidents);
    }

    /**
     * Reads the files of a demo.
     *
     * @param dir the directory that {@link RunFiles} lays out
     * @return the data
     * @throws IOException when a file is missing or is none of ours
     */
    public static ReportData read(Path dir) throws IOException {
        RunFiles files = new RunFiles(dir);
        RunMetrics supervised = RunMetrics.read(files.supervisedMetrics());
        RunMetrics unsupervised = RunMetrics.read(files.unsupervisedMetrics());
        Journal journal = JournalReader.read(files.supervisedJournal());
        return new ReportData(
                Summary.read(files.summary()),
                supervised,
                unsupervised,
                IncidentStories.of(journal),
                supervised.torn() + unsupervised.torn() + (journal.torn() ? 1 : 0));
    }
}
