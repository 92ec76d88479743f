package dev.rft.monitor.stats;

import java.util.Arrays;

/**
 * What a window of healthy values says about the next ones.
 *
 * <p>Implementation note. The trend is the line through the medians of the first and the last third
 * (Tukey's resistant line); the level is the median, the scale the scaled median absolute deviation
 * around the trend, wanted or not: a healthy improvement is no noise. The variance of the expected
 * value, in units of the noise, is pi / (2 n) for a median of n values; for the line it is that of
 * n / 3 values plus the slope's times the squared distance to the present step. Whitening by an
 * AR(1) leaves both unchanged: it divides noise and error by the same factor.
 *
 * @param level median of the values
 * @param line value of the trend line at the present step
 * @param slope of the line, per value
 * @param scale robust standard deviation of the residuals, at least the floor
 * @param innovation robust standard deviation of the residuals after whitening, positive
 * @param error standard error of the expected value relative to the noise
 */
record Baseline(
        double level, double line, double slope, double scale, double innovation, double error) {

    private static final double MEDIAN_VARIANCE = Math.PI / 2;

    /**
     * Estimates a baseline.
     *
     * @param values healthy values in order, at least 6
     * @param ahead how many steps after the last value the present one comes
     * @param trending whether what is expected may be the line
     * @param noise a deviation that the values have at least, 0 when not known; neither is it
     *     believed to be less than a thousandth of the level
     * @param memory what is known of the autocorrelation; learns from these values
     * @param news how many of the values no earlier estimate had
     * @return the estimate
     */
    static Baseline of(
            double[] values,
            int ahead,
            boolean trending,
            double noise,
            Autocorrelation memory,
            int news) {
        int n = values.length;
        int third = n / 3;
        double level = Robust.median(values);
        double floor = Math.max(noise, 1e-9 + 1e-3 * Math.abs(level));
        double span = n - third;
        double first = Robust.medianOf(Arrays.copyOfRange(values, 0, third));
        double last = Robust.medianOf(Arrays.copyOfRange(values, n - third, n));
        // The middle of the last third lies this far before the present step.
        double distance = ahead + (third - 1) / 2.0;
        double slope = (last - first) / span;
        double line = last + slope * distance;
        double error =
                trending
                        ? MEDIAN_VARIANCE / third * (1 + 2 * distance * distance / (span * span))
                        : MEDIAN_VARIANCE / n;
        double[] residuals = new double[n];
        for (int i = 0; i < n; i++) {
            residuals[i] = values[i] - (line - slope * (n - 1 + ahead - i));
        }
        double scale = Math.max(floor, Robust.spread(residuals, 0));
        memory.learn(residuals, scale, news);
        double rho = memory.upper();
        double[] whitened = new double[n - 1];
        for (int i = 1; i < n; i++) {
            whitened[i - 1] = residuals[i] - rho * residuals[i - 1];
        }
        double innovation =
                Math.max(
                        floor * Math.sqrt(1 - rho * rho),
                        Robust.spread(whitened, Robust.medianOf(whitened)));
        return new Baseline(level, line, slope, scale, innovation, Math.sqrt(error));
    }

    /** Returns the value of the trend line so many steps before the present one. */
    double trend(int before) {
        return line - slope * before;
    }

    /** Returns this baseline for a later step. */
    Baseline after(int values) {
        return values == 0
                ? this
                : new Baseline(level, line + slope * values, slope, scale, innovation, error);
    }

    double[] save() {
        return new double[] {level, line, slope, scale, innovation, error};
    }

    static Baseline restored(double[] saved) {
        if (saved.length != 6) {
            throw new IllegalArgumentException(
                    "baseline: must have 6 numbers, had " + saved.length);
        }
        return new Baseline(saved[0], saved[1], saved[2], saved[3], saved[4], saved[5]);
    }
}
