package dev.rft.monitor.profile;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.monitor.stats.Transform;
import java.util.OptionalDouble;

/**
 * Values of a signal on the scale on which runs are compared.
 *
 * <p>Implementation note. Three eighths of a sample are added to a share, so that one hit where
 * there was none is no more than it is (Anscombe, 1948). A 0 on a logarithmic scale is no value:
 * the KL before the first update, the gradient of a batch in which nothing can be learned.
 */
final class Levels {

    /** For a share of unknown sample count: as many samples as a small batch has. */
    private static final int ASSUMED_COUNT = 128;

    /** What is larger has no variance, and is no number of a training. */
    private static final double LARGEST = 1e100;

    private static final double SMALLEST_LOG_NOISE = 0.03;
    private static final double SMALLEST_LINEAR_NOISE = 0.01;

    private Levels() {}

    /** Reads a signal; empty when it is not there, not finite, or has no logarithm. */
    static OptionalDouble read(Signal signal, Observation observation) {
        double value = observation.value(signal).orElse(Double.NaN);
        boolean usable = Math.abs(value) <= LARGEST;
        if (!usable || (signal.scale() == Signal.Scale.LOG && value <= 0)) {
            return OptionalDouble.empty();
        }
        if (signal.scale() == Signal.Scale.FRACTION) {
            double count = observation.count(signal).orElse(ASSUMED_COUNT);
            value = (Math.max(0, Math.min(1, value)) * count + 0.375) / (count + 0.75);
        }
        return OptionalDouble.of(Transform.apply(signal.scale(), value));
    }

    /**
     * Returns the deviation that one step's value has at least, however steady the signal was.
     *
     * @param signal the signal
     * @param observation the step, for the number of samples behind a share
     */
    static double sampling(Signal signal, Observation observation) {
        return switch (signal.scale()) {
            case LINEAR -> 0;
            case LOG -> SMALLEST_LOG_NOISE;
            case FRACTION ->
                    Transform.angularDeviation(observation.count(signal).orElse(ASSUMED_COUNT));
        };
    }

    /**
     * Returns the least deviation of a signal of linear scale: a hundredth of its size, or of 1
     * where it is always 0.
     */
    static double grain(Signal signal, double largest) {
        if (signal.scale() != Signal.Scale.LINEAR) {
            return 0;
        }
        return SMALLEST_LINEAR_NOISE * (largest > 0 ? largest : 1);
    }
}
