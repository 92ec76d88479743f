package dev.rft.core.policy;

/** Means and deviations within groups of consecutive responses. */
final class GroupStatistics {

    private static final double EPSILON = 1e-6;

    private GroupStatistics() {}

    /** What a distance from the group's mean is divided by. */
    enum Scale {
        /** Nothing. */
        NONE,
        /** The unbiased deviation plus 1e-6. */
        DEVIATION,
        /** The share of the others, which makes it the distance from their mean. */
        LEAVE_ONE_OUT
    }

    static double[] normalize(double[] rewards, boolean[] counts, int groupSize, Scale scale) {
        if (groupSize < 1 || rewards.length % groupSize != 0 || counts.length != rewards.length) {
            throw new IllegalArgumentException(
                    "group size: must be >= 1 and divide the number of rewards, as many as counts; were "
                            + groupSize
                            + ", "
                            + rewards.length
                            + ", "
                            + counts.length);
        }
        double[] advantages = new double[rewards.length];
        for (int start = 0; start < rewards.length; start += groupSize) {
            group(rewards, counts, start, groupSize, scale, advantages);
        }
        return advantages;
    }

    private static void group(
            double[] rewards,
            boolean[] counts,
            int start,
            int size,
            Scale scale,
            double[] advantages) {
        int n = 0;
        double sum = 0;
        double first = 0;
        boolean equal = true;
        for (int i = start; i < start + size; i++) {
            if (counts[i]) {
                first = n == 0 ? rewards[i] : first;
                equal &= rewards[i] == first;
                n++;
                sum += rewards[i];
            }
        }
        // Exactly 0, where the rounded mean would leave noise for Adam to turn into whole steps.
        if (n < 2 || equal) {
            return;
        }
        double mean = sum / n;
        double squares = 0;
        for (int i = start; i < start + size; i++) {
            if (counts[i]) {
                squares += (rewards[i] - mean) * (rewards[i] - mean);
            }
        }
        double divisor =
                switch (scale) {
                    case NONE -> 1;
                    case DEVIATION -> Math.sqrt(squares / (n - 1)) + EPSILON;
                    case LEAVE_ONE_OUT -> (n - 1.0) / n;
                };
        for (int i = start; i < start + size; i++) {
            if (counts[i]) {
                advantages[i] = (rewards[i] - mean) / divisor;
            }
        }
    }
}
