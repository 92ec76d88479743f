package dev.rft.recovery.journal;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.StepKey;
import dev.rft.api.signal.StepRecord;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * One line of a metrics log: one execution of a step.
 *
 * @param runId the run
 * @param key the execution
 * @param time when it was told
 * @param discarded how many of its updates were kept from the weights
 * @param values value per signal, possibly not finite; copied
 * @param counts for a signal that is a mean of n samples, n; copied
 * @param alarms the detectors that raised one; copied
 */
public record MetricsRow(
        String runId,
        StepKey key,
        Instant time,
        int discarded,
        Map<Signal, Double> values,
        Map<Signal, Integer> counts,
        List<String> alarms) {

    /** Copies the collections. */
    public MetricsRow {
        Objects.requireNonNull(runId, "runId");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(time, "time");
        values = Map.copyOf(values);
        counts = Map.copyOf(counts);
        alarms = List.copyOf(alarms);
    }

    /** Returns what the step showed: its numbers, without trajectories. */
    public Observation observation() {
        return new Observation(new StepRecord(runId, key, values, counts), Optional.empty());
    }
}
