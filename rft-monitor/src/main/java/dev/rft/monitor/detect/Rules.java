package dev.rft.monitor.detect;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.monitor.Evidence;
import java.util.Optional;

/** The invariants that stand beside charts. */
final class Rules {

    private Rules() {}

    /**
     * No group teaches anything for several steps although the reward is clearly below its own
     * baseline. All groups of equal rewards at a usual reward is a solved task and healthy.
     */
    static final class DeadGroups extends Rule {

        private static final int STEPS = 3;
        private static final double CLEARLY = 3;

        @Override
        Optional<Evidence> broken(Observation observation, double shift) {
            double share = observation.value(Signals.GROUP_ZERO_VARIANCE).orElse(Double.NaN);
            if (Double.isNaN(share)) {
                return Optional.empty();
            }
            memory = share >= 1 && shift > CLEARLY ? Math.min(STEPS, memory + 1) : 0;
            return memory < STEPS
                    ? Optional.empty()
                    : Optional.of(
                            Evidence.of(
                                    Signals.GROUP_ZERO_VARIANCE,
                                    share,
                                    "below 1 while the reward is below its usual level"));
        }
    }

    /** The trained and the sampling policy have nothing to do with each other any more. */
    static final class WildRatio extends Rule {

        private static final double LARGEST = Math.exp(20);

        @Override
        Optional<Evidence> broken(Observation observation, double shift) {
            double ratio = observation.value(Signals.RATIO_MAX).orElse(Double.NaN);
            return ratio > LARGEST
                    ? Optional.of(
                            Evidence.of(Signals.RATIO_MAX, ratio, "at most e^20")
                                    .since(observation.key().step()))
                    : Optional.empty();
        }
    }
}
