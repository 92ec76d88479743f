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
 * Finds a normaliser of advantages that does not hold any more.
 *
 * <p>Implementation note. Advantages that are whitened, or divided by the deviation of groups none
 * of which has equal rewards alone, have one and the same deviation in every step, whatever the
 * policy does. Where {@value #LEARN} steps in a row had it to within {@value #SAME}, it was set by
 * a normaliser and is no measurement: two steps in a row that are more than a tenth above it show
 * advantages that were changed after they were normalised. Below it says nothing: groups of equal
 * rewards, which have advantages of 0, may become many. Where the deviation is a measurement, as
 * with groups some of which are equal, this never judges. A lasting change is the new constant
 * after {@value #PATIENCE} steps. Takes no share of the budget: there is no noise in it.
 */
final class AdvantageScaleDetector implements Detector {

    private static final int LEARN = 24;
    private static final int PATIENCE = 32;
    private static final double SAME = 0.005;
    private static final double ABOVE = 1.1;
    private static final int CONFIRMED = 2;
    private static final String STATE = "advantage-scale";

    private int constant;
    private double least;
    private double most;
    private int above;
    private double onset = -1;

    @Override
    public Verdict inspect(Observation observation) {
        double deviation = observation.value(Signals.ADVANTAGE_STD).orElse(Double.NaN);
        if (!(deviation > 0 && Double.isFinite(deviation))) {
            return Verdict.notEvaluated("no advantage.std above 0");
        }
        boolean known = constant >= LEARN;
        if (known && deviation > ABOVE * most && above < PATIENCE) {
            return above(observation, deviation);
        }
        above = 0;
        onset = -1;
        learn(deviation);
        return known
                ? Verdict.healthy()
                : Verdict.notEvaluated("advantage.std is not, or not yet, set by a normaliser");
    }

    private Verdict above(Observation observation, double deviation) {
        above++;
        double step = (double) observation.key().step();
        onset = onset < 0 ? step : Math.min(onset, step);
        String expected =
                String.format(
                        Locale.ROOT, "%.4g, as in %d steps or more before, or less", most, LEARN);
        Evidence evidence =
                Evidence.of(Signals.ADVANTAGE_STD, deviation, expected).since((long) onset);
        return above < CONFIRMED
                ? Verdict.suspect(evidence)
                : Verdict.violated(evidence.asInvariant());
    }

    private void learn(double deviation) {
        double low = constant == 0 ? deviation : Math.min(least, deviation);
        double high = constant == 0 ? deviation : Math.max(most, deviation);
        boolean same = high <= (1 + SAME) * low;
        constant = same ? Math.min(constant + 1, LEARN) : 1;
        least = same ? low : deviation;
        most = same ? high : deviation;
    }

    @Override
    public DetectorState save() {
        return new DetectorState(Map.of(STATE, new double[] {constant, least, most, above, onset}));
    }

    @Override
    public void restore(DetectorState state) {
        double[] values = Numbers.of(state, STATE, 0, 0, 0, 0, -1);
        constant = (int) values[0];
        least = values[1];
        most = values[2];
        above = (int) values[3];
        onset = values[4];
    }
}
