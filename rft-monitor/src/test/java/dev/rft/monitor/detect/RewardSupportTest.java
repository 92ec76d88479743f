package dev.rft.monitor.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.monitor.Detector;
import dev.rft.monitor.Verdict;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Rewards of 0 and 1, by their mean and deviation alone. */
class RewardSupportTest {

    private final Detector detector = new RewardSupportDetector();

    private Verdict inspect(long step, double mean, double deviation) {
        return detector.inspect(
                Observation.of(
                        step, Map.of(Signals.REWARD_MEAN, mean, Signals.REWARD_STD, deviation)));
    }

    /** The unbiased deviation of sixteen rewards, as it is logged with four digits. */
    private static double unbiased(double mean) {
        return Math.rint(1e4 * Math.sqrt(mean * (1 - mean) * 16 / 15)) / 1e4;
    }

    @Test
    void inspect_zerosAndOnesAndThenABonus_alarmsAtOnce() {
        Random random = new Random(1);
        for (int step = 1; step <= 40; step++) {
            double mean = (1 + random.nextInt(15)) / 16.0;
            assertThat(inspect(step, mean, unbiased(mean))).isNotInstanceOf(Verdict.Violated.class);
        }
        assertThat(inspect(41, 0.5, 0.4)).isInstanceOf(Verdict.Violated.class);
    }

    /**
     * A deviation that happens to be near one half, as that of such rewards is, moves by itself:
     * each step agrees, all of them do not.
     */
    @Test
    void inspect_deviationThatOnlyHappensToAgree_isNotJudged() {
        for (int step = 1; step <= 60; step++) {
            double deviation = 0.5 + 0.02 * Math.sin(step);
            assertThat(inspect(step, 0.5, deviation)).isInstanceOf(Verdict.NotEvaluated.class);
        }
        assertThat(inspect(61, 0.5, 0.3)).isInstanceOf(Verdict.NotEvaluated.class);
    }

    /** One as single precision rounds it: its variance is all rounding. */
    @Test
    void inspect_aSolvedStepWhileLearning_saysNothing() {
        Random random = new Random(1);
        inspect(1, 0.99999994, 0);
        for (int step = 2; step <= 40; step++) {
            double mean = (1 + random.nextInt(15)) / 16.0;
            inspect(step, mean, unbiased(mean));
        }
        assertThat(inspect(41, 0.5, 0.4)).isInstanceOf(Verdict.Violated.class);
    }
}
