package dev.rft.examples;

import static dev.rft.api.signal.Signals.RESPONSE_LENGTH;

import dev.rft.api.signal.Observation;
import dev.rft.monitor.AlarmBudget;
import dev.rft.monitor.Detector;
import dev.rft.monitor.DetectorFactory;
import dev.rft.monitor.DetectorProvider;
import dev.rft.monitor.DetectorSettings;
import dev.rft.monitor.DetectorState;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.EvidenceClass;
import dev.rft.monitor.Monitor;
import dev.rft.monitor.Verdict;
import java.util.Map;

/**
 * A detector of one's own, with memory: responses over a limit on several steps in a row. Its test
 * shows how little a test takes. In code it is added to a monitor; a configuration asks for it by
 * the name of its {@link Provider}:
 *
 * <pre>{@code
 * {"monitor": {"detectors": [{"name": "too-long", "settings": {"limit": 900, "steps": 3}}]}}
 * }</pre>
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

    /**
     * Makes the detector for configurations. It is found by its name in {@code
     * META-INF/services/dev.rft.monitor.DetectorProvider}.
     */
    public static final class Provider implements DetectorProvider {

        @Override
        public String name() {
            return "too-long";
        }

        @Override
        public DetectorFactory create(DetectorSettings settings) {
            double limit = settings.number("limit");
            int steps = settings.integer("steps", 3);
            // A fixed limit is no statistics, so that it takes no share of the alarm budget.
            return DetectorFactory.of(
                    name(), EvidenceClass.GENERATION, 0, rate -> new CustomDetector(limit, steps));
        }
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
