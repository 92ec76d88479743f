package dev.rft.monitor.detect;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.Verdict;
import dev.rft.monitor.stats.Reading;
import dev.rft.monitor.stats.ShareChart;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A share of counted samples, watched for a rise beyond a tolerance. */
final class ShareChannel implements Watch {

    /** For a share of unknown sample count: as many samples as a small batch has. */
    private static final int ASSUMED_COUNT = 64;

    private final Signal signal;
    private final ShareChart chart;
    private final double equality;
    private final Verdict absent;
    private final Verdict learning;

    /**
     * Makes a channel that has seen nothing.
     *
     * @param signal a share
     * @param tolerance a rise by this much is no alarm
     * @param falseAlarmsPerStep the channel's share of the budget
     */
    ShareChannel(Signal signal, double tolerance, double falseAlarmsPerStep) {
        this(signal, tolerance, falseAlarmsPerStep, Double.NEGATIVE_INFINITY);
    }

    private ShareChannel(
            Signal signal, double tolerance, double falseAlarmsPerStep, double equality) {
        this.signal = signal;
        this.chart = new ShareChart(tolerance, falseAlarmsPerStep);
        this.equality = equality;
        this.absent = Verdict.notEvaluated("no " + signal);
        this.learning = Verdict.notEvaluated(signal + ": still learning what is usual");
    }

    /**
     * Makes a channel of exceptions to an equality. Where the run has shown next to none, the
     * equality held, and a rise says that something is broken and not how often: it counts as an
     * invariant.
     *
     * @param signal the share of exceptions
     * @param tolerance up to this share, and this rise, the equality holds
     * @param falseAlarmsPerStep the channel's share of the budget
     */
    static ShareChannel ofExceptions(Signal signal, double tolerance, double falseAlarmsPerStep) {
        return new ShareChannel(signal, tolerance, falseAlarmsPerStep, tolerance);
    }

    @Override
    public String name() {
        return signal.name() + "/share";
    }

    @Override
    public Verdict inspect(Observation observation) {
        Optional<Double> measured = observation.value(signal);
        if (measured.isEmpty()) {
            return absent;
        }
        double value = measured.get();
        if (!(value >= 0 && value <= 1)) {
            return Verdict.notEvaluated(signal + " is no share");
        }
        int count = observation.count(signal).orElse(ASSUMED_COUNT);
        Reading reading = chart.read(value, count, observation.key().step());
        return switch (reading.state()) {
            case LEARNING -> learning;
            case QUIET -> Verdict.healthy();
            case SUSPECT -> Verdict.suspect(evidence(value, reading));
            case ALARM -> Verdict.violated(evidence(value, reading));
        };
    }

    private Evidence evidence(double value, Reading reading) {
        String range =
                String.format(
                        Locale.ROOT,
                        "about %.3g, tolerated up to %.3g",
                        reading.expected(),
                        reading.limit());
        // Suspicion lasts for some steps when a share is as usual again.
        String expected = value > reading.limit() ? range : range + ", exceeded before";
        Evidence evidence =
                Evidence.of(signal, value, expected)
                        .shiftedBy(reading.shift())
                        .since(reading.onset().orElseThrow());
        return reading.expected() <= equality ? evidence.asInvariant() : evidence;
    }

    @Override
    public double extreme() {
        return Double.NaN;
    }

    @Override
    public Map<String, double[]> save() {
        return chart.save();
    }

    @Override
    public void restore(Map<String, double[]> state) {
        chart.restore(state);
    }
}
