package dev.rft.monitor.stats;

import dev.rft.api.signal.Signal;

/**
 * Brings a signal to the scale on which equal differences mean equally much.
 *
 * <p>Implementation note. Shares use the angular transform {@code asin(sqrt(p))}, whose sampling
 * deviation is 1 / (2 sqrt(n)) whatever p is (Anscombe, 1948). Logarithms are cut at 1e-12: a value
 * below it is noise of the arithmetic, and log 0 has no place in a mean.
 */
public final class Transform {

    /** The smallest value that has a logarithm here. */
    public static final double SMALLEST = 1e-12;

    private Transform() {}

    /**
     * Transforms a value.
     *
     * @param scale the signal's scale
     * @param value a finite value
     * @return the transformed value, finite
     */
    public static double apply(Signal.Scale scale, double value) {
        return switch (scale) {
            case LINEAR -> value;
            case LOG -> Math.log(Math.max(value, SMALLEST));
            case FRACTION -> Math.asin(Math.sqrt(Math.max(0, Math.min(1, value))));
        };
    }

    /**
     * Undoes {@link #apply}.
     *
     * @param scale the signal's scale
     * @param transformed a transformed value
     * @return the value in the signal's unit
     */
    public static double invert(Signal.Scale scale, double transformed) {
        return switch (scale) {
            case LINEAR -> transformed;
            case LOG -> Math.exp(transformed);
            case FRACTION -> {
                double sine = Math.sin(Math.max(0, Math.min(Math.PI / 2, transformed)));
                yield sine * sine;
            }
        };
    }

    /**
     * Returns the sampling deviation of a transformed share.
     *
     * @param count how many samples the share is the mean of, at least 1
     * @return the standard deviation of {@code asin(sqrt(p))}
     */
    public static double angularDeviation(int count) {
        return 1 / (2 * Math.sqrt(count));
    }
}
