package dev.rft.api.signal;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * All that supervision sees of one executed step: numbers, no tensors.
 *
 * @param step the numbers
 * @param trajectories the trajectories, where the loop reports them
 */
public record Observation(StepRecord step, Optional<TrajectorySummary> trajectories) {

    /** Checks that nothing is missing. */
    public Observation {
        Objects.requireNonNull(step, "step");
        Objects.requireNonNull(trajectories, "trajectories");
    }

    /**
     * Makes an observation of a run that is neither rolled back nor resumed.
     *
     * @param step the step, from 1
     * @param values value per signal
     * @return the observation, of the run named {@code run}
     */
    public static Observation of(long step, Map<Signal, Double> values) {
        return of(new StepKey(0, step, 0), values);
    }

    /**
     * Makes an observation from numbers alone.
     *
     * @param key the executed step
     * @param values value per signal
     * @return the observation, of the run named {@code run}
     */
    public static Observation of(StepKey key, Map<Signal, Double> values) {
        return new Observation(new StepRecord("run", key, values, Map.of()), Optional.empty());
    }

    /** Returns the executed step. */
    public StepKey key() {
        return step.key();
    }

    /**
     * Returns the value of a signal.
     *
     * @param signal the signal
     * @return its value, possibly not finite; empty when it was not measured
     */
    public Optional<Double> value(Signal signal) {
        return step.value(signal);
    }

    /**
     * Returns how many samples a signal is the mean of.
     *
     * @param signal the signal
     * @return the number, or empty when it is not known to be a mean
     */
    public OptionalInt count(Signal signal) {
        return step.count(signal);
    }
}
