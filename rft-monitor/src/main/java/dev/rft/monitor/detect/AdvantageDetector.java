package dev.rft.monitor.detect;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.monitor.Detector;
import dev.rft.monitor.DetectorState;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.Verdict;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

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
 * computed well and given to the wrong responses: exchanged. A group of as many good as bad
 * responses is such a line also when the sign of its advantages was changed. That all groups got
 * the very advantages of opposite sign would be a coincidence of one in the product of the numbers
 * of their different arrangements; below {@value #COINCIDENCE} it is taken for a changed sign. Of
 * groups too few and too small for that nobody can tell, and they count as exchanged.
 */
final class AdvantageDetector implements Detector {

    private static final int LEARN = 8;
    private static final int PATIENCE = 32;
    private static final double ROUNDING = 0.01;
    private static final double COINCIDENCE = 0.001;
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
        List<AdvantageGroup> groups =
                observation.trajectories().map(AdvantageGroup::of).orElse(List.of());
        double deviation = deviation(groups, AdvantageGroup::deviation);
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
        boolean reversed = deviation(groups, AdvantageGroup::deviationNegated) <= ROUNDING;
        boolean ordered = deviation(groups, AdvantageGroup::deviationSorted) <= ROUNDING;
        boolean looksExchanged = ordered && !(reversed && coincidence(groups) < COINCIDENCE);
        if (looksExchanged != exchanged) {
            return Verdict.healthy();
        }
        broken++;
        double step = (double) observation.key().step();
        onset = onset < 0 ? step : Math.min(onset, step);
        return Verdict.violated(
                Evidence.of(
                                Signals.ADVANTAGE_STD,
                                observation.value(Signals.ADVANTAGE_STD).orElse(deviation),
                                expected(reversed))
                        .since((long) onset)
                        .asInvariant());
    }

    private String expected(boolean reversed) {
        if (exchanged) {
            return "each advantage to be that of its own response, as so far"
                    + (reversed ? " (or its sign was changed: too few responses to tell)" : "");
        }
        return reversed
                ? "higher rewards to have higher advantages within a group, as so far"
                : "advantages of equal rewards to be equal within a group, as so far";
    }

    /** Returns the probability that an exchange at random looks like a changed sign. */
    private static double coincidence(List<AdvantageGroup> groups) {
        return groups.stream()
                .filter(group -> group.deviationNegated() <= ROUNDING)
                .mapToDouble(group -> 1 / group.arrangements())
                .reduce(1, (one, other) -> one * other);
    }

    /**
     * Returns the deviation that all but a tenth of the groups stay below, and one group in any
     * case; NaN when no group has two rewards and all advantages. A single group may be two of the
     * same prompt.
     */
    private static double deviation(
            List<AdvantageGroup> groups, ToDoubleFunction<AdvantageGroup> of) {
        double[] deviations = groups.stream().mapToDouble(of).sorted().toArray();
        int spared = Math.max(1, deviations.length / 10);
        return deviations.length <= spared
                ? Double.NaN
                : deviations[deviations.length - 1 - spared];
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
