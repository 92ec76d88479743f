package dev.rft.api.signal;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The numbers of one executed step.
 *
 * <p>A signal that was not measured is absent: it is never written as 0 or NaN. A NaN or an
 * infinity in the map is a value that the training really produced, and is treated as such.
 *
 * @param runId names the run
 * @param key the executed step
 * @param values value per signal, in the order of the names; copied
 * @param counts for a signal that is a mean of n samples, n, at least 1; copied
 */
public record StepRecord(
        String runId, StepKey key, Map<Signal, Double> values, Map<Signal, Integer> counts) {

    /** Copies the maps and checks that nothing is missing and every count is positive. */
    public StepRecord {
        Objects.requireNonNull(runId, "runId");
        Objects.requireNonNull(key, "key");
        values = SignalMap.copy(Objects.requireNonNull(values, "values"), "values");
        counts = SignalMap.copy(Objects.requireNonNull(counts, "counts"), "counts");
        counts.forEach(
                (signal, count) -> {
                    if (count < 1) {
                        throw new IllegalArgumentException(
                                "count of " + signal + ": must be >= 1, was " + count);
                    }
                });
    }

    /**
     * Returns the value of a signal.
     *
     * @param signal the signal
     * @return its value, possibly not finite; empty when it was not measured
     */
    public Optional<Double> value(Signal signal) {
        return Optional.ofNullable(values.get(signal));
    }

    /**
     * Returns how many samples a signal is the mean of.
     *
     * @param signal the signal
     * @return the number, or empty when it is not known to be a mean
     */
    public OptionalInt count(Signal signal) {
        Integer count = counts.get(signal);
        return count == null ? OptionalInt.empty() : OptionalInt.of(count);
    }
}
