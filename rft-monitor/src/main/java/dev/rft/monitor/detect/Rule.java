package dev.rft.monitor.detect;

import dev.rft.api.signal.Observation;
import dev.rft.monitor.Evidence;
import java.util.Optional;

/**
 * An invariant beside the charts of a detector. What it remembers are numbers that belong to the
 * detector's state.
 */
abstract class Rule {

    /** What the rule remembers between observations. */
    final double[] memory;

    Rule(int numbers) {
        memory = new double[numbers];
    }

    /**
     * Judges an observation.
     *
     * @param observation the observation
     * @param unprecedented whether the value of the detector's first channel lies beyond all that
     *     the channel remembers, in the adverse direction
     * @return the evidence that the rule is broken; empty when it is not, or cannot be judged
     */
    abstract Optional<Evidence> broken(Observation observation, boolean unprecedented);
}
