package dev.rft.monitor.detect;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.Verdict;
import dev.rft.monitor.stats.ChangeChart;
import dev.rft.monitor.stats.Reading;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** One signal, watched in one direction: a probe that reads it and a chart that judges it. */
final class Channel implements Watch {

    private static final String MEMORY = "memory";

    private final Signal signal;
    private final int sign;
    private final Probe probe;
    private final ChangeChart chart;
    private final Verdict absent;
    private final Verdict learning;

    /** Whether the present observation was read, hence no part of the state. */
    private boolean read;

    /**
     * Makes a channel that has seen nothing.
     *
     * @param signal the signal
     * @param sign +1 when a rise is adverse, -1 when a fall is
     * @param path what is healthy
     * @param tolerance a move by this much on the transformed scale is no alarm
     * @param probe how the signal is read; owned by this channel
     * @param falseAlarmsPerStep the channel's share of the budget
     */
    Channel(
            Signal signal,
            int sign,
            ChangeChart.Path path,
            double tolerance,
            Probe probe,
            double falseAlarmsPerStep) {
        this.signal = signal;
        this.sign = sign;
        this.probe = probe;
        this.chart = new ChangeChart(sign, path, tolerance, falseAlarmsPerStep);
        this.absent = Verdict.notEvaluated("no " + signal);
        this.learning = Verdict.notEvaluated(signal + ": still learning what is usual");
    }

    @Override
    public String name() {
        return signal.name() + (sign > 0 ? "/up" : "/down");
    }

    @Override
    public Verdict inspect(Observation observation) {
        OptionalDouble value = probe.read(signal, observation);
        read = value.isPresent();
        if (value.isEmpty()) {
            return unread(observation);
        }
        double noise = probe.noise(signal, observation);
        Reading reading = chart.read(value.getAsDouble(), noise, observation.key().step());
        if (reading.state() != Reading.State.ALARM) {
            probe.accepted(observation);
        }
        return switch (reading.state()) {
            case LEARNING -> learning;
            case QUIET -> Verdict.healthy();
            case SUSPECT -> Verdict.suspect(evidence(observation, reading));
            case ALARM -> Verdict.violated(evidence(observation, reading));
        };
    }

    @Override
    public double extreme() {
        return read ? probe.present(signal, chart.extreme()) : Double.NaN;
    }

    private Verdict unread(Observation observation) {
        Optional<Double> value = observation.value(signal);
        if (value.isEmpty()) {
            return absent;
        }
        return Verdict.notEvaluated(
                Double.isFinite(value.get())
                        ? signal + " is " + value.get() + ": nothing was learned in this step"
                        : signal + " is not finite");
    }

    private Evidence evidence(Observation observation, Reading reading) {
        String bound = (sign > 0 ? "at most " : "at least ") + number(reading.limit());
        String expected =
                "about "
                        + number(reading.expected())
                        + ", "
                        + (reading.mean().isEmpty()
                                ? bound
                                : "on average "
                                        + bound
                                        + " and not "
                                        + number(reading.mean().getAsDouble()));
        double observed = observation.value(signal).orElse(Double.NaN);
        Evidence evidence =
                Evidence.of(signal, observed, expected).shiftedBy(sign * reading.shift());
        return reading.onset().isPresent() ? evidence.since(reading.onset().getAsLong()) : evidence;
    }

    private String number(double transformed) {
        return String.format(Locale.ROOT, "%.4g", probe.present(signal, transformed));
    }

    @Override
    public Map<String, double[]> save() {
        Map<String, double[]> state = new TreeMap<>(chart.save());
        state.put(MEMORY, new double[] {probe.memory});
        return state;
    }

    @Override
    public void restore(Map<String, double[]> state) {
        if (state.isEmpty()) {
            chart.restore(state);
            probe.memory = Double.NaN;
            return;
        }
        double[] memory = state.get(MEMORY);
        if (memory == null || memory.length != 1) {
            throw new IllegalArgumentException(
                    "state of " + name() + ": must have one number '" + MEMORY + "'");
        }
        chart.restore(state);
        probe.memory = memory[0];
    }
}
