package dev.rft.monitor.detect;

/** How far a run has come: a failure is what the reward lacks of the highest one seen. */
final class Failures {

    /** Below this share of the rewards' range failures cannot be counted. */
    private static final double FEW = 0.02;

    private Failures() {}

    /**
     * Returns by how much the logarithm of the share of failures has fallen.
     *
     * @param highest the highest reward seen
     * @param lowest the lowest mean reward seen
     * @param before the mean reward before
     * @param now the mean reward now
     * @return at least 0
     */
    static double fewer(double highest, double lowest, double before, double now) {
        double few = FEW * Math.max(highest - lowest, 0);
        double failedBefore = Math.max(highest - before, 0) + few;
        double failNow = Math.max(highest - now, 0) + few;
        return failNow > 0 && failedBefore > failNow ? Math.log(failedBefore / failNow) : 0;
    }
}
