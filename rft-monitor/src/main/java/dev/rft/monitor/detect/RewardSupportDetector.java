package dev.rft.monitor.detect;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.monitor.Detector;
import dev.rft.monitor.DetectorState;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.Verdict;
import java.util.Locale;
import java.util.Map;

/**
 * Finds that rewards which were 0 or 1 so far have other values now.
 *
 * <p>Implementation note. Rewards of 0 and 1 with mean p have the variance p (1 - p), or n / (n -
 * 1) times that where it is estimated without bias: the mean tells the deviation, without noise. No
 * other distribution on [0, 1] reaches that variance, so that {@value #LEARN} steps that do, all by
 * the same factor, leave no room for chance. From then on one step that does not shows a reward
 * that the verifier never gave, such as a bonus on a share of the samples, however small the change
 * of the mean. A run whose rewards are anything else is never judged; a run in which the new
 * rewards stay is judged no longer.
 */
final class RewardSupportDetector implements Detector {

    private static final int LEARN = 16;
    private static final int PATIENCE = 32;
    private static final double ROUNDING = 0.01;
    private static final int SMALLEST_COUNT = 16;

    /** However the deviation is estimated, its ratio to what the mean tells is the same. */
    private static final double SPREAD = 0.05;

    /** Below this variance a mean near 0 or 1 is told apart from it by rounding alone. */
    private static final double TELLING = 1e-4;

    private static final String STATE = "support";

    private int agreed;
    private int broken;
    private double onset = -1;
    private double leastRatio = Double.MAX_VALUE;
    private double largestRatio;

    @Override
    public Verdict inspect(Observation observation) {
        double mean = observation.value(Signals.REWARD_MEAN).orElse(Double.NaN);
        double deviation = observation.value(Signals.REWARD_STD).orElse(Double.NaN);
        if (!Double.isFinite(mean) || !Double.isFinite(deviation)) {
            return Verdict.notEvaluated("no finite reward.mean and reward.std");
        }
        if (broken >= PATIENCE) {
            return Verdict.notEvaluated("rewards are not 0 or 1");
        }
        double usual = mean * (1 - mean);
        int count = observation.count(Signals.REWARD_MEAN).orElse(SMALLEST_COUNT);
        double slack = ROUNDING + 1.5 / Math.max(2, count);
        boolean agrees =
                Math.abs(deviation * deviation - usual) <= slack * Math.max(0, usual) + 1e-6;
        if (agreed < LEARN) {
            return learn(agrees, usual, deviation * deviation / usual);
        }
        if (agrees) {
            broken = 0;
            onset = -1;
            return Verdict.healthy();
        }
        broken++;
        double step = (double) observation.key().step();
        onset = onset < 0 ? step : Math.min(onset, step);
        String expected =
                usual < 0
                        ? "rewards of 0 or 1, as so far: a mean in [0, 1]"
                        : String.format(
                                Locale.ROOT,
                                "rewards of 0 or 1, as so far: at this mean about %.4g",
                                Math.sqrt(usual));
        return Verdict.violated(
                (usual < 0
                                ? Evidence.of(Signals.REWARD_MEAN, mean, expected)
                                : Evidence.of(Signals.REWARD_STD, deviation, expected))
                        .since((long) onset));
    }

    private Verdict learn(boolean agrees, double usual, double ratio) {
        if (agrees && usual > TELLING) {
            // A step in which nearly all rewards are equal agrees with everything.
            agreed++;
            leastRatio = Math.min(leastRatio, ratio);
            largestRatio = Math.max(largestRatio, ratio);
        }
        if (!agrees || largestRatio - leastRatio > SPREAD) {
            broken = PATIENCE;
        }
        return Verdict.notEvaluated("still learning whether rewards are 0 or 1");
    }

    @Override
    public DetectorState save() {
        return new DetectorState(
                Map.of(STATE, new double[] {agreed, broken, onset, leastRatio, largestRatio}));
    }

    @Override
    public void restore(DetectorState state) {
        double[] values = Numbers.of(state, STATE, 0, 0, -1, Double.MAX_VALUE, 0);
        agreed = (int) values[0];
        broken = (int) values[1];
        onset = values[2];
        leastRatio = values[3];
        largestRatio = values[4];
    }
}
