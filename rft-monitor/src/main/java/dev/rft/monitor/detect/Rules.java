package dev.rft.monitor.detect;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.monitor.Evidence;
import java.util.Optional;

/** The invariants that stand beside charts. */
final class Rules {

    private Rules() {}

    /**
     * No group teaches anything for several steps, and the first of them had a lower reward than
     * any step that is remembered. All groups of equal rewards at a usual reward is a solved task
     * and healthy. The rule stays broken until a group teaches again, however used to the low
     * reward the chart may have become.
     */
    static final class DeadGroups extends Rule {

        private static final int STEPS = 3;

        DeadGroups() {
            super(2);
        }

        @Override
        Optional<Evidence> broken(Observation observation, boolean unprecedented) {
            double share = observation.value(Signals.GROUP_ZERO_VARIANCE).orElse(Double.NaN);
            if (Double.isNaN(share)) {
                return Optional.empty();
            }
            long step = observation.key().step();
            boolean dead = share >= 1 && (unprecedented || memory[0] > 0);
            memory[1] = dead && memory[0] > 0 ? Math.min(memory[1], step) : step;
            memory[0] = dead ? Math.min(STEPS, memory[0] + 1) : 0;
            return memory[0] < STEPS
                    ? Optional.empty()
                    : Optional.of(
                            Evidence.of(
                                            Signals.GROUP_ZERO_VARIANCE,
                                            share,
                                            "below 1, or a reward as high as before")
                                    .since((long) memory[1]));
        }
    }

    /** The trained and the sampling policy have nothing to do with each other any more. */
    static final class WildRatio extends Rule {

        private static final double LARGEST = Math.exp(20);

        WildRatio() {
            super(0);
        }

        @Override
        Optional<Evidence> broken(Observation observation, boolean unprecedented) {
            double ratio = observation.value(Signals.RATIO_MAX).orElse(Double.NaN);
            return ratio > LARGEST
                    ? Optional.of(
                            Evidence.of(Signals.RATIO_MAX, ratio, "at most e^20")
                                    .since(observation.key().step()))
                    : Optional.empty();
        }
    }
}
