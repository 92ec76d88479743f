package dev.rft.monitor.stats;

/**
 * Thresholds of a chart that follow from the rate of false alarms it may give.
 *
 * <p>Implementation note. With known parameters and normal noise the rate of a CUSUM with reference
 * value k falls as {@code exp(-2 k h)} (Siegmund, 1985). A chart that estimates its parameters on a
 * few dozen correlated values is far from that: its rate still falls with h, more slowly. With
 * {@link #DRIFT_EXPONENT} the simulated rate, estimation included, stays under the wanted one for
 * uncorrelated noise and exceeds it for strongly correlated noise;
 * docs/decisions/0002-detection-kernel.md gives the streams and the figures. A spike test looks at
 * one value, or at two in a row, so that the tail of the noise decides: quantiles of Student's t
 * with {@value #SPIKE_FREEDOM} and {@value #PAIR_FREEDOM} degrees of freedom, the second of the
 * square root of the rate. A gradient norm or a KL has such tails.
 *
 * @param rate false alarms per value that each of the two tests may give
 * @param spike robust z of one value that is an alarm
 * @param pair robust z of each of two values in a row that are one
 * @param drift height of the CUSUM that is an alarm
 */
public record Limits(double rate, double spike, double pair, double drift) {

    static final double DRIFT_EXPONENT = 1.0;
    static final double SPIKE_FREEDOM = 3;
    static final double PAIR_FREEDOM = 4;

    private static final int BISECTIONS = 40;
    private static final int INTERVALS = 64;

    /**
     * Derives the thresholds.
     *
     * @param falseAlarmsPerStep the rate the chart may have, shared equally by its two tests; in
     *     (0, 0.1]
     * @return the thresholds
     */
    static Limits of(double falseAlarmsPerStep) {
        double each = falseAlarmsPerStep / 2;
        return new Limits(
                each,
                studentQuantile(each, SPIKE_FREEDOM),
                studentQuantile(Math.sqrt(each), PAIR_FREEDOM),
                Math.log(1 / each) / DRIFT_EXPONENT);
    }

    /** Returns a rate of false alarms that is in (0, 0.1]. */
    static double checkedRate(double falseAlarmsPerStep) {
        if (!(falseAlarmsPerStep > 0 && falseAlarmsPerStep <= 0.1)) {
            throw new IllegalArgumentException(
                    "falseAlarmsPerStep: must be in (0, 0.1], was " + falseAlarmsPerStep);
        }
        return falseAlarmsPerStep;
    }

    /** Returns the probability with which each of two values in a row may be beyond the pair's. */
    double pairRate() {
        return Math.sqrt(rate);
    }

    /**
     * Returns the value that Student's t exceeds with a small probability.
     *
     * <p>With t = tan(u) sqrt(v) the tail is the integral of cos(u)^(v - 1) up to pi / 2, a finite
     * interval on a smooth function: bisection over u loses no digits far out, where series do.
     */
    public static double studentQuantile(double tail, double freedom) {
        double area = 2 * tail * complementIntegral(Math.PI / 2, freedom);
        double low = 0;
        double high = Math.PI / 2;
        for (int i = 0; i < BISECTIONS; i++) {
            double middle = (low + high) / 2;
            if (complementIntegral(middle, freedom) > area) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return Math.sqrt(freedom) / Math.tan((low + high) / 2);
    }

    /** Integrates sin(w)^(v - 1) over w from 0, by Simpson's rule; w is the complement of u. */
    private static double complementIntegral(double to, double freedom) {
        double width = to / INTERVALS;
        double sum = 0;
        for (int i = 1; i <= INTERVALS; i++) {
            int weight = i == INTERVALS ? 1 : i % 2 == 1 ? 4 : 2;
            sum += weight * Math.pow(Math.sin(width * i), freedom - 1);
        }
        return sum * width / 3;
    }
}
