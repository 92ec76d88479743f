package dev.rft.cli.evaluate;

/**
 * The exact 95 % interval of the mean of a Poisson count (Garwood, 1936): the means under which as
 * many events or more, and as many or fewer, have a probability of 2.5 % each.
 *
 * @param low the lower end
 * @param high the upper end
 */
public record PoissonInterval(double low, double high) {

    private static final double TAIL = 0.025;
    private static final int HALVINGS = 200;

    /**
     * Returns the interval.
     *
     * @param count how many events there were, at least 0
     */
    public static PoissonInterval of(long count) {
        if (count < 0) {
            throw new IllegalArgumentException("count: must be >= 0, was " + count);
        }
        double far = count + 10 * Math.sqrt(count + 1.0) + 10;
        // Fewer than count events have a probability that falls with the mean.
        double low = count == 0 ? 0 : root(count - 1, 1 - TAIL, far);
        return new PoissonInterval(low, root(count, TAIL, far));
    }

    /** Returns the mean at which at most so many events have the given probability. */
    private static double root(long atMost, double probability, double far) {
        double below = 0;
        double above = far;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (below + above) / 2;
            if (cumulative(atMost, middle) > probability) {
                below = middle;
            } else {
                above = middle;
            }
        }
        return (below + above) / 2;
    }

    private static double cumulative(long atMost, double mean) {
        if (mean == 0) {
            return 1;
        }
        double logTerm = -mean;
        double sum = Math.exp(logTerm);
        for (long k = 1; k <= atMost; k++) {
            logTerm += Math.log(mean / k);
            sum += Math.exp(logTerm);
        }
        return sum;
    }
}
