package dev.rft.monitor.detect;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.Trajectory;
import dev.rft.api.signal.TrajectorySummary;
import dev.rft.monitor.Detector;
import dev.rft.monitor.DetectorState;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds advantages that do not follow from the rewards any more: changed ones, or those of another
 * response.
 *
 * <p>Implementation note. Whatever the estimator of a group (GRPO, Dr.GRPO, RLOO, OPO, whitened or
 * not), it maps the rewards of a group to advantages by a line of positive slope. So within a group
 * equal rewards have equal advantages, and the differences are proportional: the deviation from the
 * line through the best and the worst response, relative to their distance, is 0 but for rounding.
 * Where this held in {@value #LEARN} steps without an exception, a step in which it does not shows
 * advantages that were changed after they were computed. A loop whose advantages come from
 * somewhere else (a critic, token by token) breaks the equality while it is learned, and is never
 * judged. Takes no share of the budget: there is no noise in it.
 *
 * <p>Where the advantages of a group are a line in its rewards once both are sorted, they were
 * computed well and given to the wrong responses.
 */
final class AdvantageDetector implements Detector {

    private static final int LEARN = 8;
    private static final int PATIENCE = 32;
    private static final double ROUNDING = 0.01;
    private static final String STATE = "advantages";

    private final boolean exchanged;
    private int agreed;
    private int broken;
    private double onset = -1;

    /**
     * Makes a detector.
     *
     * @param exchanged whether it finds advantages of other responses, or else changed ones
     */
    AdvantageDetector(boolean exchanged) {
        this.exchanged = exchanged;
    }

    @Override
    public Verdict inspect(Observation observation) {
        double deviation =
                observation.trajectories().map(all -> deviation(all, false)).orElse(Double.NaN);
        if (Double.isNaN(deviation)) {
            return Verdict.notEvaluated("no advantages of different rewards");
        }
        if (broken >= PATIENCE) {
            return Verdict.notEvaluated("advantages are not a line in the rewards");
        }
        boolean agrees = deviation <= ROUNDING;
        if (agreed < LEARN) {
            agreed += agrees ? 1 : 0;
            broken = agrees ? 0 : PATIENCE;
            return Verdict.notEvaluated("still learning how advantages follow from rewards");
        }
        if (agrees) {
            broken = 0;
            onset = -1;
            return Verdict.healthy();
        }
        boolean sorted =
                observation.trajectories().map(all -> deviation(all, true)).orElse(Double.NaN)
                        <= ROUNDING;
        if (sorted != exchanged) {
            return Verdict.healthy();
        }
        broken++;
        double step = (double) observation.key().step();
        onset = onset < 0 ? step : Math.min(onset, step);
        return Verdict.violated(
                Evidence.of(
                                Signals.ADVANTAGE_STD,
                                observation.value(Signals.ADVANTAGE_STD).orElse(deviation),
                                exchanged
                                        ? "each advantage to be that of its own response, as so far"
                                        : "advantages of equal rewards to be equal within a group,"
                                                + " as so far")
                        .since((long) onset)
                        .asInvariant());
    }

    /**
     * Returns the deviation from the line of a group, relative to the distance between its ends,
     * that all but a tenth of the groups stay below, and one group in any case; NaN when no group
     * has two rewards and all advantages. A single group may be two of the same prompt.
     */
    private static double deviation(TrajectorySummary summary, boolean sorted) {
        Map<Integer, List<Trajectory>> groups = new TreeMap<>();
        for (Trajectory trajectory : summary.trajectories()) {
            if (!trajectory.is(Trajectory.Flag.MASKED)) {
                groups.computeIfAbsent(trajectory.group(), group -> new ArrayList<>())
                        .add(trajectory);
            }
        }
        double[] deviations =
                groups.values().stream()
                        .mapToDouble(group -> deviation(group, sorted))
                        .filter(deviation -> !Double.isNaN(deviation))
                        .sorted()
                        .toArray();
        int spared = Math.max(1, deviations.length / 10);
        return deviations.length <= spared
                ? Double.NaN
                : deviations[deviations.length - 1 - spared];
    }

    private static double deviation(List<Trajectory> group, boolean sorted) {
        double[] rewards = group.stream().mapToDouble(Trajectory::reward).toArray();
        double[] advantages =
                group.stream()
                        .mapToDouble(member -> member.advantage().orElse(Double.NaN))
                        .toArray();
        if (!finite(rewards) || !finite(advantages)) {
            return Double.NaN;
        }
        if (sorted) {
            Arrays.sort(rewards);
            Arrays.sort(advantages);
        }
        int best = 0;
        int worst = 0;
        for (int i = 1; i < rewards.length; i++) {
            best = rewards[i] > rewards[best] ? i : best;
            worst = rewards[i] < rewards[worst] ? i : worst;
        }
        double span = rewards[best] - rewards[worst];
        if (span <= ROUNDING * Math.abs(rewards[best])) {
            return Double.NaN;
        }
        double rise = advantages[best] - advantages[worst];
        if (!(rise > 0)) {
            return Double.POSITIVE_INFINITY;
        }
        double largest = 0;
        for (int i = 0; i < rewards.length; i++) {
            double line = advantages[worst] + rise * (rewards[i] - rewards[worst]) / span;
            largest = Math.max(largest, Math.abs(advantages[i] - line) / rise);
        }
        return largest;
    }

    private static boolean finite(double[] values) {
        return Arrays.stream(values).allMatch(Double::isFinite);
    }

    @Override
    public DetectorState save() {
        return new DetectorState(Map.of(STATE, new double[] {agreed, broken, onset}));
    }

    @Override
    public void restore(DetectorState state) {
        double[] values = Numbers.of(state, STATE, 0, 0, -1);
        agreed = (int) values[0];
        broken = (int) values[1];
        onset = values[2];
    }
}
