package dev.rft.faultbench.bench;

import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.recovery.journal.MetricsRow;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What differs between two executions of a step that must be equal bit for bit. */
public final class Difference {

    private Difference() {}

    /**
     * Compares all signals but the time that the step took.
     *
     * @param was what the step showed first
     * @param is what it shows the second time
     * @return the first difference, by the signals' names, in words; empty when there is none
     */
    public static Optional<String> between(MetricsRow was, MetricsRow is) {
        return between(was, is.key().step(), is.values());
    }

    static Optional<String> between(MetricsRow was, long step, Map<Signal, Double> values) {
        if (was.key().step() != step) {
            return Optional.of(
                    String.format("it had step %d where it has %d", was.key().step(), step));
        }
        Map<Signal, Double> one = timeless(was.values());
        Map<Signal, Double> other = timeless(values);
        Set<Signal> all = new TreeSet<>(one.keySet());
        all.addAll(other.keySet());
        return all.stream()
                .filter(signal -> !value(one, signal).equals(value(other, signal)))
                .findFirst()
                .map(
                        signal ->
                                String.format(
                                        "%s of step %d was %s, is %s",
                                        signal, step, value(one, signal), value(other, signal)));
    }

    private static Object value(Map<Signal, Double> values, Signal signal) {
        Double value = values.get(signal);
        return value == null ? "missing" : value;
    }

    private static Map<Signal, Double> timeless(Map<Signal, Double> values) {
        Map<Signal, Double> timeless = new TreeMap<>(values);
        timeless.remove(Signals.STEP_SECONDS);
        return timeless;
    }
}
