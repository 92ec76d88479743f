package dev.rft.monitor.stats;

/**
 * Thresholds of a chart that follow from the rate of false alarms it may give.
 *
 * <p>Implementation note. With known parameters and normal noise the rate of a CUSUM with reference value k falls as {@code
 * exp(-2 k h)} (Siegmund, 1985). A chart that estimates its parameters on a few dozen correlated values is far from that:
 * its rate still falls exponentially in h, with a smaller exponent. {@link #DRIFT_EXPONENT} was measured by simulation with
 * the estimation included; docs/decisions/0002-detection-kernel.md gives the streams and the figures. The spike test looks
 * at one value, so that the tail of the noise decides; it takes the quantile of Student's t with {@link #SPIKE_FREEDOM}
 * degrees of freedom, and fewer while the scale is estimated on few values: the efficiency of the median absolute
 * deviation is 0.37, so that n values know the scale as well as 0.37 n do with the ordinary estimate.
 *
 * @param spike robust z of one value that is an alarm
 * @param drift height of the CUSUM that is an alarm
 */
record Limits(double spike, double drift) {

    static final double DRIFT_EXPONENT = 1.0;
    static final double SPIKE_FREEDOM = 8;
    static final double SCALE_EFFICIENCY = 0.37;

    /**
     * Derives the thresholds.
     *
     * @param falseAlarmsPerStep the rate the chart may have, shared equally by its two tests; in (0, 0.1]
     * @param values how many values the baseline holds
     * @return the thresholds
     */
    static Limits of(double falseAlarmsPerStep, int values) {
        double each = falseAlarmsPerStep / 2;
        double freedom = Math.max(3, Math.min(SPIKE_FREEDOM, SCALE_EFFICIENCY * values));
        return new Limits(studentQuantile(each, freedom), Math.log(1 / each) / DRIFT_EXPONENT);
    }

    /**
     * Returns the value that Student's t exceeds with a small probability.
     *
     * <p>Bisection on the tail integral of the density; exact to 1e-6, no series that fails far out in the tail.
     */
    static double studentQuantile(double tail, double freedom) {
        double low = 0;
        double high = 1e6;
        while (high - low > 1e-6 * Math.max(1, low)) {
            double middle = (low + high) / 2;
            if (studentTail(middle, freedom) > tail) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    /** Integrates cos^(v-1) from atan(t / sqrt v) to pi/2: with t = sqrt(v) tan(u) the tail of t becomes a finite integral. */
    static double studentTail(double t, double freedom) {
        double from = Math.atan(t / Math.sqrt(freedom));
        return integrate(from, freedom) / (2 * integrate(0, freedom));
    }

    private static double integrate(double from, double freedom) {
        int intervals = 400;
        double width = (Math.PI / 2 - from) / intervals;
        double sum = 0;
        for (int i = 0; i <= intervals; i++) {
            double weight = i == 0 || i == intervals ? 1 : i % 2 == 1 ? 4 : 2;
            // cos(u) near pi/2 is computed from the small complement, which keeps its digits.
            double complement = width * (intervals - i);
            sum += weight * Math.pow(Math.sin(complement), freedom - 1);
        }
        return sum * width / 3;
    }
}
