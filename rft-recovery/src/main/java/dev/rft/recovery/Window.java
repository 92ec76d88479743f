package dev.rft.recovery;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;

/**
 * The values of one signal over some steps, and whether two such windows differ by more than their
 * noise.
 *
 * <p>Two windows differ when their means are more than {@value #DEVIATIONS} standard errors apart.
 * The error of a mean is {@code sqrt(variance / n')} with {@code n' = n (1 - r) / (1 + r)}, r being
 * the lag-1 autocorrelation of the longer window, corrected for its bias of {@code -(1 + 3 r) / n}
 * and kept in [0, 0.9]: training metrics move slowly, and the textbook n would call every wave a
 * change. A trend inside a window counts as noise, which errs towards "no difference", as do four
 * errors instead of the usual two or three. What errs that way is caught again by the detectors;
 * the other error would throw away a good repair.
 *
 * <p>Numeric hazards: values that are not finite are left out; a window of one value takes the
 * variance of the other; and where both are constant a difference counts from {@value
 * #RELATIVE_FLOOR} of the magnitude on.
 */
final class Window {

    private static final double DEVIATIONS = 4;
    private static final double RELATIVE_FLOOR = 1e-6;
    private static final double MAX_AUTOCORRELATION = 0.9;

    private final double[] values;

    private Window(double[] values) {
        this.values = values;
    }

    /**
     * Returns the finite values of a signal on the scale on which its changes are comparable; empty
     * without any.
     */
    static Optional<Window> of(Signal signal, List<Observation> observations) {
        double[] values =
                observations.stream()
                        .flatMap(observation -> observation.value(signal).stream())
                        .mapToDouble(value -> scaled(signal, value))
                        .filter(Double::isFinite)
                        .toArray();
        return values.length == 0 ? Optional.empty() : Optional.of(new Window(values));
    }

    /** Returns the median of the finite values of a signal as they are; empty without any. */
    static Optional<Double> median(Signal signal, List<Observation> observations) {
        return median(
                observations.stream()
                        .flatMap(observation -> observation.value(signal).stream())
                        .mapToDouble(Double::doubleValue));
    }

    /** Returns the median of the finite ones among some values; empty without any. */
    static Optional<Double> median(DoubleStream values) {
        double[] sorted = values.filter(Double::isFinite).sorted().toArray();
        int n = sorted.length;
        return n == 0 ? Optional.empty() : Optional.of((sorted[(n - 1) / 2] + sorted[n / 2]) / 2);
    }

    private static double scaled(Signal signal, double value) {
        // A zero on a logarithmic scale is no size: the update of a skipped step. It is left out.
        return signal.scale() == Signal.Scale.LOG ? Math.log(value) : value;
    }

    double mean() {
        return Arrays.stream(values).average().orElseThrow();
    }

    /**
     * Returns -1 when this window lies clearly below another, 1 when clearly above, 0 when the
     * noise covers it.
     */
    int against(Window other) {
        double difference = mean() - other.mean();
        double allowed =
                DEVIATIONS * Math.hypot(error(other), other.error(this))
                        + RELATIVE_FLOOR * Math.max(Math.abs(mean()), Math.abs(other.mean()));
        return Math.abs(difference) <= allowed ? 0 : (int) Math.signum(difference);
    }

    private double error(Window other) {
        Window longer = values.length >= other.values.length ? this : other;
        double variance = values.length > 1 ? variance() : other.variance();
        double r = longer.autocorrelation();
        return Math.sqrt(variance * (1 + r) / (1 - r) / values.length);
    }

    private double variance() {
        if (values.length < 2) {
            return 0;
        }
        double mean = mean();
        double squares = Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum();
        return squares / (values.length - 1);
    }

    private double autocorrelation() {
        double mean = mean();
        double squares = 0;
        double products = 0;
        for (int i = 0; i < values.length; i++) {
            squares += (values[i] - mean) * (values[i] - mean);
            products += i == 0 ? 0 : (values[i] - mean) * (values[i - 1] - mean);
        }
        if (squares == 0) {
            return 0;
        }
        double r = products / squares;
        double unbiased = r + (1 + 3 * r) / values.length;
        return Math.min(Math.max(unbiased, 0), MAX_AUTOCORRELATION);
    }
}
