package dev.rft.examples;

import static dev.rft.api.signal.Signals.RESPONSE_LENGTH;

import dev.rft.api.signal.Observation;
import dev.rft.monitor.AlarmBudget;
import dev.rft.monitor.Detector;
import dev.rft.monitor.DetectorState;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.EvidenceClass;
import dev.rft.monitor.Monitor;
import dev.rft.monitor.Verdict;
import java.util.Map;

/**
 * A detector of one's own, with memory: responses over a limit on several steps in a row. Its test
 * shows how little a test takes.
 */
public final class CustomDetector implements Detector {

    private final double limit;
    private final int steps;
    private int inARow;

    /**
     * Makes the detector.
     *
     * @param limit the longest mean response that is fine, in tokens
     * @param steps how many steps in a row over the limit are an alarm, at least 1
     */
    public CustomDetector(double limit, int steps) {
        if (!(limit > 0) || steps < 1) {
            throw new IllegalArgumentException(
                    "limit must be > 0 and steps >= 1, were " + limit + ", " + steps);
        }
        this.limit = limit;
        this.steps = steps;
    }

    /** Returns the standard monitor with this kind of detector beside the others. */
    public static Monitor monitor() {
        return Monitor.standardBuilder(AlarmBudget.perTenThousandSteps(1))
                .with("too-long", EvidenceClass.GENERATION, new CustomDetector(900, 3))
                .build();
    }

    @Override
    public Verdict inspect(Observation observation) {
        double length = observation.value(RESPONSE_LENGTH).orElse(Double.NaN);
        if (!Double.isFinite(length)) {
            return Verdict.notEvaluated("no finite " + RESPONSE_LENGTH);
        }
        inARow = length > limit ? Math.min(steps, inARow + 1) : 0;
        return inARow < steps
                ? Verdict.healthy()
                : Verdict.violated(Evidence.of(RESPONSE_LENGTH, length, "<= " + limit));
    }

    @Override
    public DetectorState save() {
        return new DetectorState(Map.of("inARow", new double[] {inARow}));
    }

    @Override
    public void restore(DetectorState state) {
        double[] saved = state.values().getOrDefault("inARow", new double[] {0});
        if (saved.length != 1) {
            throw new IllegalArgumentException("inARow: must be one number, had " + saved.length);
        }
        inARow = (int) saved[0];
    }
}
