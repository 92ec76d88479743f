package dev.rft.faultbench.bench;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.recovery.journal.MetricsLog;
import dev.rft.recovery.journal.MetricsRow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

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
            throw differs(String.format("had %d steps, has more", before.size()));
        }
        Observation old = before.get(next).observation();
        next++;
        if (!old.key().equals(observation.key())) {
            throw differs(String.format("had %s where it has %s", old.key(), observation.key()));
        }
        Map<Signal, Double> was = timeless(old);
        Map<Signal, Double> is = timeless(observation);
        for (Signal signal : union(was, is)) {
            Double one = was.get(signal);
            Double other = is.get(signal);
            if (one == null || !one.equals(other)) {
                throw differs(
                        String.format(
                                "%s of step %d was %s, is %s",
                                signal,
                                old.key().step(),
                                one == null ? "missing" : one,
                                other == null ? "missing" : other));
            }
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

    private static Set<Signal> union(Map<Signal, Double> one, Map<Signal, Double> other) {
        Set<Signal> all = new TreeSet<>(one.keySet());
        all.addAll(other.keySet());
        return all;
    }

    private static Map<Signal, Double> timeless(Observation observation) {
        Map<Signal, Double> values = new TreeMap<>(observation.step().values());
        values.remove(Signals.STEP_SECONDS);
        return values;
    }
}
