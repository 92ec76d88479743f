package dev.rft.monitor.stats;

/**
 * Estimates that a few wild values cannot move.
 *
 * <p>Implementation note. The scale is 1.4826 times the median absolute deviation, which estimates
 * the standard deviation of normal noise and breaks down only when half of the values are wild
 * (Rousseeuw and Croux, 1993).
 */
public final class Robust {

    /** Makes the median absolute deviation an estimate of a normal standard deviation. */
    static final double MAD_TO_DEVIATION = 1.4826;

    /** Makes the mean absolute deviation one. */
    private static final double MEAN_TO_DEVIATION = Math.sqrt(Math.PI / 2);

    private Robust() {}

    /**
     * Returns the median, the mean of the middle two for an even number of values.
     *
     * @param values at least one
     * @return the median
     */
    public static double median(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("values: must not be empty");
        }
        return medianOf(values.clone());
    }

    /** Returns the median of at least one value, and leaves them in another order. */
    static double medianOf(double[] values) {
        int middle = values.length / 2;
        select(values, middle);
        if (values.length % 2 == 1) {
            return values[middle];
        }
        double below = values[0];
        for (int i = 1; i < middle; i++) {
            below = Math.max(below, values[i]);
        }
        return below + (values[middle] - below) / 2;
    }

    /**
     * Moves the value of a rank to its place, smaller ones before it and larger ones after. A step
     * of the monitor takes dozens of medians, which are most of what it costs. So the partition has
     * no branch that depends on the values: half of those would be predicted wrongly.
     */
    private static void select(double[] values, int rank) {
        int low = 0;
        int end = values.length;
        while (end - low > 1) {
            double pivot = values[(low + end) >>> 1];
            int smaller = low;
            for (int i = low; i < end; i++) {
                double value = values[i];
                values[i] = values[smaller];
                values[smaller] = value;
                smaller += value < pivot ? 1 : 0;
            }
            if (rank < smaller) {
                end = smaller;
            } else if (smaller > low) {
                low = smaller;
            } else {
                low = afterEqual(values, low, end, pivot);
                if (rank < low) {
                    return;
                }
            }
        }
    }

    /** Moves the values that equal the smallest one to the front; returns where they end. */
    private static int afterEqual(double[] values, int low, int end, double smallest) {
        int equal = low;
        for (int i = low; i < end; i++) {
            double value = values[i];
            values[i] = values[equal];
            values[equal] = value;
            equal += value == smallest ? 1 : 0;
        }
        return Math.max(equal, low + 1);
    }

    /**
     * Returns the robust standard deviation around a centre.
     *
     * @param values at least one
     * @param centre the centre
     * @return the scaled median absolute deviation
     */
    public static double deviation(double[] values, double centre) {
        double[] distances = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            distances[i] = Math.abs(values[i] - centre);
        }
        return MAD_TO_DEVIATION * medianOf(distances);
    }

    /**
     * Returns the robust standard deviation, or half of what the mean absolute deviation makes of
     * it where that is more: when most values are equal, the median of the distances is 0, and the
     * others are no less usual for that.
     */
    static double spread(double[] values, double centre) {
        double sum = 0;
        for (double value : values) {
            sum += Math.abs(value - centre);
        }
        double mean = sum / values.length * MEAN_TO_DEVIATION / 2;
        return Math.max(mean, deviation(values, centre));
    }

    /** Cuts a value at plus and minus a limit. */
    static double clamp(double value, double limit) {
        return Math.max(-limit, Math.min(limit, value));
    }
}
