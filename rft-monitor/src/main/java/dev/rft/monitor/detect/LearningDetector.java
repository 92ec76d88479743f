package dev.rft.monitor.detect;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.monitor.Detector;
import dev.rft.monitor.DetectorState;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.Verdict;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * A detector whose alarms are suspicions for as long as learning explains them.
 *
 * <p>Implementation note. A run may do nothing for a hundred steps and then learn most of its task
 * in twenty: reward, KL and gradient leave what the run has shown, and nothing is wrong. What moves
 * is explained by learning where a fifth of the failures are gone since before the onset ({@value
 * #GAINED} times as many then), a failure being what the reward lacks of the highest one seen. A
 * reward that is paid higher than ever before is no such thing: then the verifier may have changed.
 * Nor is a rise of the reward its own explanation: there, the policy must have become surer of its
 * answers as well, by a quarter at least of what it fails less, both in logarithms. A verifier that
 * begins to pay for anything changes the reward first.
 *
 * <p>Broken rules are never explained away, and without rewards, and entropies where they count,
 * nothing is. A value counts in the order of steps: what a rollback takes back is forgotten.
 */
final class LearningDetector implements Detector {

    private static final String STATE = "learning";
    private static final int LENGTH = 64;
    private static final int BEFORE = 8;
    private static final int LEAST_BEFORE = 4;
    private static final int NOW = 3;
    private static final double GAINED = 1.25;
    private static final double SURER = 0.25;

    /** An entropy of 0 has no logarithm. */
    private static final double LEAST = 1e-6;

    private static final int STEP = 0;
    private static final int REWARD = 1;
    private static final int HIGHEST = 2;
    private static final int ENTROPY = 3;
    private static final int WIDTH = 4;

    private final Detector charts;
    private final boolean ofTheReward;
    private double[][] seen = {};

    /**
     * Makes a detector.
     *
     * @param charts what alarms; owned by this one
     * @param ofTheReward whether it alarms of the reward itself
     */
    LearningDetector(Detector charts, boolean ofTheReward) {
        this.charts = charts;
        this.ofTheReward = ofTheReward;
    }

    @Override
    public Verdict inspect(Observation observation) {
        remember(observation);
        Verdict verdict = charts.inspect(observation);
        return verdict instanceof Verdict.Violated alarm && explained(alarm.evidence(), observation)
                ? Verdict.suspect(alarm.evidence())
                : verdict;
    }

    private void remember(Observation observation) {
        double step = (double) observation.key().step();
        double reward = observation.value(Signals.REWARD_MEAN).orElse(Double.NaN);
        double highest = observation.value(Signals.REWARD_MAX).orElse(Double.NaN);
        if (!Double.isFinite(reward) || !Double.isFinite(highest)) {
            return;
        }
        double[][] before =
                Arrays.stream(seen).filter(row -> row[STEP] < step).toArray(double[][]::new);
        int kept = Math.min(before.length, LENGTH - 1);
        double[][] next = Arrays.copyOfRange(before, before.length - kept, before.length + 1);
        double known = before.length == 0 ? highest : before[before.length - 1][HIGHEST];
        double entropy = observation.value(Signals.ENTROPY).orElse(Double.NaN);
        next[kept] = new double[] {step, reward, Math.max(known, highest), entropy};
        seen = next;
    }

    private boolean explained(Evidence alarm, Observation observation) {
        long onset = alarm.onset().orElse(observation.key().step());
        int at = (int) Arrays.stream(seen).filter(row -> row[STEP] < onset).count();
        if (alarm.invariant() || at < LEAST_BEFORE || seen.length - at < NOW) {
            return false;
        }
        double[][] before = Arrays.copyOfRange(seen, Math.max(0, at - BEFORE), at);
        double[][] now = Arrays.copyOfRange(seen, seen.length - NOW, seen.length);
        double highest = now[NOW - 1][HIGHEST];
        if (highest > before[before.length - 1][HIGHEST]) {
            return false;
        }
        double lowest = Arrays.stream(seen).mapToDouble(row -> row[REWARD]).min().orElse(highest);
        double gain = Failures.fewer(highest, lowest, mean(before, REWARD), mean(now, REWARD));
        if (!(gain >= Math.log(GAINED))) {
            return false;
        }
        double surer =
                Math.log(Math.max(mean(before, ENTROPY), LEAST))
                        - Math.log(Math.max(mean(now, ENTROPY), LEAST));
        return !ofTheReward || surer >= SURER * gain;
    }

    private static double mean(double[][] rows, int of) {
        return Arrays.stream(rows).mapToDouble(row -> row[of]).average().orElse(Double.NaN);
    }

    @Override
    public DetectorState save() {
        Map<String, double[]> values = new HashMap<>(charts.save().values());
        values.put(STATE, Arrays.stream(seen).flatMapToDouble(Arrays::stream).toArray());
        return new DetectorState(values);
    }

    @Override
    public void restore(DetectorState state) {
        double[] saved = state.values().getOrDefault(STATE, new double[0]);
        if (saved.length % WIDTH != 0 || saved.length > LENGTH * WIDTH) {
            throw new IllegalArgumentException(
                    "state: '"
                            + STATE
                            + "' must have at most "
                            + LENGTH
                            + " times "
                            + WIDTH
                            + " numbers, had "
                            + saved.length);
        }
        Map<String, double[]> inner = new HashMap<>(state.values());
        inner.remove(STATE);
        charts.restore(new DetectorState(inner));
        double[][] rows = new double[saved.length / WIDTH][];
        Arrays.setAll(rows, i -> Arrays.copyOfRange(saved, i * WIDTH, (i + 1) * WIDTH));
        seen = rows;
    }
}
