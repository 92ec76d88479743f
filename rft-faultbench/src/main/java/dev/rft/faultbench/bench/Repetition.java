package dev.rft.faultbench.bench;

import dev.rft.api.signal.Observation;
import dev.rft.recovery.journal.MetricsLog;
import dev.rft.recovery.journal.MetricsRow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Holds a healthy run that is made again against what it showed before. Cases that are done already
 * forked from that one, and those that follow fork from this one: if they differ, as they do on
 * another kind of processor, which rounds otherwise, no case has a twin any more.
 */
final class Repetition {

    private final Path file;
    private final List<MetricsRow> before;
    private int next;

    /**
     * Begins.
     *
     * @param file the metrics of the run as it was
     * @throws IOException when they cannot be read
     */
    Repetition(Path file) throws IOException {
        this.file = file;
        this.before = MetricsLog.read(file);
    }

    /**
     * Compares the next step.
     *
     * @param observation what it shows now
     * @throws IOException when it showed something else; the message names step and signal
     */
    void check(Observation observation) throws IOException {
        if (next == before.size()) {
            throw differs(String.format("it had %d steps, has more", before.size()));
        }
        Optional<String> difference =
                Difference.between(
                        before.get(next), observation.key().step(), observation.step().values());
        next++;
        if (difference.isPresent()) {
            throw differs(difference.get());
        }
    }

    private IOException differs(String how) {
        return new IOException(
                file
                        + ": the healthy run does not repeat: "
                        + how
                        + ". What was run on another kind of processor or by another version cannot"
                        + " be gone on with: use another directory");
    }
}
