package dev.rft.monitor;

import dev.rft.api.signal.Observation;

/**
 * Looks at one observation after the other and says whether something is wrong. A lambda will do:
 *
 * <pre>{@code
 * Detector tooLong = observation -> observation.value(RESPONSE_LENGTH)
 *         .map(v -> v > 900 ? Verdict.violated(Evidence.of(RESPONSE_LENGTH, v, "<= 900")) : Verdict.healthy())
 *         .orElse(Verdict.notEvaluated("no response length"));
 * }</pre>
 *
 * <p>A detector is called by one thread, once per executed step, in order. It is deterministic: the
 * same observations give the same verdicts. A missing signal is {@link Verdict.NotEvaluated}; a
 * value that is not finite neither throws nor enters what the detector learns; what it holds does
 * not grow with the run. {@code DetectorContract} of rft-testkit checks these rules. A detector
 * that throws is quarantined for the rest of the run and reported.
 */
@FunctionalInterface
public interface Detector {

    /**
     * Looks at the next observation.
     *
     * @param observation what the step showed
     * @return the verdict, never null
     */
    Verdict inspect(Observation observation);

    /**
     * Returns what it has learned, complete: a detector restored from it gives the same verdicts.
     */
    default DetectorState save() {
        return DetectorState.EMPTY;
    }

    /**
     * Takes back what an equal detector learned.
     *
     * @param state what {@link #save} returned
     * @throws IllegalArgumentException when the state is not one of this kind of detector; nothing
     *     has changed then
     */
    default void restore(DetectorState state) {
        // A detector that learns nothing has nothing to take back.
    }
}
