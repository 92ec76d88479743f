package dev.rft.monitor.profile;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.monitor.stats.Robust;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;

/**
 * The levels of one healthy run: the median of each signal in each phase, and how much its values
 * differ from one step to the next. Bounded by the number of phases.
 */
final class RunLevels {

    /** What the machine does is no matter of the set-up. */
    private static final Set<Signal> LEFT_OUT = Set.of(Signals.STEP_SECONDS);

    /** A normal difference of two values has 1.4142 times their deviation. */
    private static final double DIFFERENCE = Math.sqrt(2);

    private final Map<Signal, Line> lines = new TreeMap<>();

    /** One signal: what its phases showed, and what the present one has shown. */
    private static final class Line {
        private final List<Double> medians = new ArrayList<>();
        private final List<Double> noises = new ArrayList<>();
        private final double[] values = new double[Phases.LONGEST];
        private int size;
        private int phase;
        private double sampling;
        private double largest;
    }

    void observe(Observation full) {
        for (Signal signal : full.step().values().keySet()) {
            OptionalDouble level =
                    LEFT_OUT.contains(signal) ? OptionalDouble.empty() : Levels.read(signal, full);
            if (level.isPresent()) {
                Line line = lines.computeIfAbsent(signal, any -> new Line());
                add(line, Phases.of(full.key().step()), level.getAsDouble());
                line.sampling = Math.max(line.sampling, Levels.sampling(signal, full));
                line.largest = Math.max(line.largest, Math.abs(level.getAsDouble()));
            }
        }
    }

    private static void add(Line line, int phase, double value) {
        if (phase != line.phase) {
            close(line);
            line.phase = phase;
        }
        // A phase that is executed again after a rollback keeps what fits.
        if (line.size < line.values.length) {
            line.values[line.size++] = value;
        }
    }

    private static void close(Line line) {
        if (line.size == 0) {
            return;
        }
        double[] values = Arrays.copyOf(line.values, line.size);
        while (line.medians.size() <= line.phase) {
            line.medians.add(Double.NaN);
        }
        line.medians.set(line.phase, Robust.median(values));
        if (values.length > 1) {
            double[] steps = new double[values.length - 1];
            for (int i = 1; i < values.length; i++) {
                steps[i - 1] = values[i] - values[i - 1];
            }
            line.noises.add(Robust.deviation(steps, 0) / DIFFERENCE);
        }
        line.size = 0;
    }

    /** Ends the run: its last phase counts as far as it went. */
    void end() {
        lines.values().forEach(RunLevels::close);
    }

    Set<Signal> signals() {
        return lines.keySet();
    }

    /** Returns the median of a signal in a phase; NaN where it was not seen. */
    double median(Signal signal, int phase) {
        Line line = lines.get(signal);
        return line == null || phase >= line.medians.size() ? Double.NaN : line.medians.get(phase);
    }

    /** Returns one more than the last phase in which a signal was seen. */
    int phases(Signal signal) {
        Line line = lines.get(signal);
        return line == null ? 0 : line.medians.size();
    }

    /** Returns the deviation of a signal from one step to the next; 0 when it was not seen. */
    double noise(Signal signal) {
        Line line = lines.get(signal);
        if (line == null) {
            return 0;
        }
        double typical =
                line.noises.isEmpty()
                        ? 0
                        : Robust.median(
                                line.noises.stream().mapToDouble(Double::doubleValue).toArray());
        double floor = Math.max(line.sampling, Levels.grain(signal, line.largest));
        return Math.max(typical, floor);
    }
}
