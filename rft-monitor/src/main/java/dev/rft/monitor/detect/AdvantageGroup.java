package dev.rft.monitor.detect;

import dev.rft.api.signal.Trajectory;
import dev.rft.api.signal.TrajectorySummary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The rewards and advantages of a group with at least two different rewards. Tells how far the
 * advantages are from a line of positive slope in the rewards: the largest distance from the line
 * through the best and the worst response, relative to the rise between them; infinite where there
 * is no rise.
 */
final class AdvantageGroup {

    /** Rewards that differ by no more than this share of the best are equal. */
    private static final double ROUNDING = 0.01;

    private final double[] rewards;
    private final double[] advantages;

    private AdvantageGroup(List<Trajectory> group) {
        rewards = group.stream().mapToDouble(Trajectory::reward).toArray();
        advantages =
                group.stream()
                        .mapToDouble(member -> member.advantage().orElse(Double.NaN))
                        .toArray();
    }

    /** Returns the groups of a step that have two different rewards and all advantages, finite. */
    static List<AdvantageGroup> of(TrajectorySummary summary) {
        Map<Integer, List<Trajectory>> groups = new TreeMap<>();
        for (Trajectory trajectory : summary.trajectories()) {
            if (!trajectory.is(Trajectory.Flag.MASKED)) {
                groups.computeIfAbsent(trajectory.group(), group -> new ArrayList<>())
                        .add(trajectory);
            }
        }
        return groups.values().stream()
                .map(AdvantageGroup::new)
                .filter(AdvantageGroup::canBeJudged)
                .toList();
    }

    private boolean canBeJudged() {
        if (!finite(rewards) || !finite(advantages)) {
            return false;
        }
        double best = Arrays.stream(rewards).max().orElseThrow();
        double worst = Arrays.stream(rewards).min().orElseThrow();
        return best - worst > ROUNDING * Math.abs(best);
    }

    private static boolean finite(double[] values) {
        return Arrays.stream(values).allMatch(Double::isFinite);
    }

    /** Returns the deviation from the line. */
    double deviation() {
        return deviation(rewards, advantages);
    }

    /** Returns it for the same advantages given to the responses in the order of their rewards. */
    double deviationSorted() {
        double[] inOrder = rewards.clone();
        double[] given = advantages.clone();
        Arrays.sort(inOrder);
        Arrays.sort(given);
        return deviation(inOrder, given);
    }

    /** Returns it for the advantages of opposite sign. */
    double deviationNegated() {
        return deviation(rewards, Arrays.stream(advantages).map(one -> -one).toArray());
    }

    private static double deviation(double[] rewards, double[] advantages) {
        int best = 0;
        int worst = 0;
        for (int i = 1; i < rewards.length; i++) {
            best = rewards[i] > rewards[best] ? i : best;
            worst = rewards[i] < rewards[worst] ? i : worst;
        }
        double span = rewards[best] - rewards[worst];
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

    /** Returns in how many different ways the rewards can be given to the responses. */
    double arrangements() {
        double[] sorted = rewards.clone();
        Arrays.sort(sorted);
        double arrangements = 1;
        int equal = 0;
        for (int i = 0; i < sorted.length; i++) {
            equal = i > 0 && sorted[i] == sorted[i - 1] ? equal + 1 : 1;
            arrangements *= (i + 1.0) / equal;
        }
        return arrangements;
    }
}
