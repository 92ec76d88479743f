package dev.rft.monitor.stats;

/**
 * What a window of healthy values says about the next one.
 *
 * <p>Implementation note. The trend is the line through the medians of the first and the last third
 * (Tukey's resistant line); level and scale are the median and the scaled median absolute deviation
 * of what is left around the trend, or around the level where no trend is wanted. The variance of
 * the expected value, in units of the noise, is pi / (2 n) for a median of n values; for the line
 * it is that of n / 3 values plus the slope's times the squared distance to the present step.
 * Whitening by an AR(1) leaves both unchanged: it divides noise and error by the same factor.
 *
 * @param level median of the values
 * @param line value of the trend line at the present step
 * @param scale robust standard deviation of the residuals, at least the floor
 * @param autocorrelation lag-1 autocorrelation of the residuals, in [0, 0.95]
 * @param innovation robust standard deviation of the residuals after whitening, positive
 * @param error standard error of the expected value relative to the noise
 */
record Baseline(
        double level,
        double line,
        double scale,
        double autocorrelation,
        double innovation,
        double error) {

    private static final double MEDIAN_VARIANCE = Math.PI / 2;

    /**
     * Estimates a baseline.
     *
     * @param values healthy values in order, at least 6
     * @param ahead how many steps after the last value the present one comes
     * @param trending whether the values may have a healthy trend
     * @param floor the noise is not believed to be smaller than this; positive
     * @return the estimate
     */
    static Baseline of(double[] values, int ahead, boolean trending, double floor) {
        int n = values.length;
        int third = n / 3;
        double level = Robust.median(values);
        double slope = 0;
        double error = MEDIAN_VARIANCE / n;
        double last = level;
        // The middle of the last third lies this far before the present step.
        double distance = ahead + (third - 1) / 2.0;
        if (trending) {
            double span = n - third;
            double first = Robust.median(slice(values, 0, third));
            last = Robust.median(slice(values, n - third, third));
            slope = (last - first) / span;
            double perMedian = MEDIAN_VARIANCE / third;
            error = perMedian * (1 + 2 * distance * distance / (span * span));
        }
        double line = last + slope * distance;
        double[] residuals = new double[n];
        for (int i = 0; i < n; i++) {
            residuals[i] = values[i] - (line - slope * (n - 1 + ahead - i));
        }
        double scale = Math.max(floor, Robust.deviation(residuals, 0));
        double rho = Robust.autocorrelation(residuals, scale);
        double[] whitened = new double[n - 1];
        for (int i = 1; i < n; i++) {
            whitened[i - 1] = residuals[i] - rho * residuals[i - 1];
        }
        double innovation =
                Math.max(
                        floor * Math.sqrt(1 - rho * rho),
                        Robust.deviation(whitened, Robust.median(whitened)));
        return new Baseline(level, line, scale, rho, innovation, Math.sqrt(error));
    }

    private static double[] slice(double[] values, int from, int length) {
        double[] slice = new double[length];
        System.arraycopy(values, from, slice, 0, length);
        return slice;
    }
}
