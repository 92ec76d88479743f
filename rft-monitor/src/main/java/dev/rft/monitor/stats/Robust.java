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
     * Moves the value of a rank to its place, smaller ones before it and larger ones after (Hoare's
     * selection): a step of the monitor takes dozens of medians, and sorting for each was most of
     * what it cost.
     */
    private static void select(double[] values, int rank) {
        int low = 0;
        int high = values.length - 1;
        while (low < high) {
            double pivot = values[rank];
            int left = low;
            int right = high;
            while (left <= right) {
                while (values[left] < pivot) {
                    left++;
                }
                while (pivot < values[right]) {
                    right--;
                }
                if (left <= right) {
                    double held = values[left];
                    values[left++] = values[right];
                    values[right--] = held;
                }
            }
            if (right < rank) {
                low = left;
            }
            if (rank < left) {
                high = right;
            }
        }
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
