package dev.rft.monitor.detect;

import dev.rft.api.signal.Observation;
import dev.rft.monitor.Evidence;
import java.util.Optional;

/**
 * An invariant beside the charts of a detector. Remembers at most one number, which belongs to the
 * detector's state.
 */
abstract class Rule {

    /** What the rule remembers between observations. */
    double memory;

    /**
     * Judges an observation.
     *
     * @param observation the observation
     * @param shift how far the detector's first channel is off in the adverse direction, in
     *     deviations; 0 when unknown
     * @return the evidence that the rule is broken; empty when it is not, or cannot be judged
     */
    abstract Optional<Evidence> broken(Observation observation, double shift);
}
