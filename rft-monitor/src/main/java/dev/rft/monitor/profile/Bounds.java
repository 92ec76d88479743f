package dev.rft.monitor.profile;

import dev.rft.monitor.stats.Limits;

/**
 * How many deviations a healthy run may be away from a profile: quantiles of Student's t. They take
 * a while to compute, so that the tracks of a detector share them.
 */
final class Bounds {

    /** So many healthy phases lie on one side as far as counts for "already then". */
    private static final double ALREADY = 0.01;

    /** However long a phase is, its test is no weaker than this. */
    private static final double WEAKEST = 0.01;

    private final double[] byPhase = new double[Phases.DIFFERENT];
    private final double already;

    /**
     * Computes the bounds.
     *
     * @param rate how many false alarms per step a track may give
     * @param freedom degrees of freedom of the deviation
     */
    Bounds(double rate, double freedom) {
        for (int phase = 0; phase < byPhase.length; phase++) {
            double tail = Math.min(WEAKEST, rate * Phases.length(phase));
            byPhase[phase] = Limits.studentQuantile(tail, freedom);
        }
        already = Limits.studentQuantile(ALREADY, freedom);
    }

    /** Returns the deviations at which the level of a phase is an alarm. */
    double alarm(int phase) {
        return byPhase[Math.min(phase, byPhase.length - 1)];
    }

    /** Returns the deviations at which the level of a phase lies on the adverse side already. */
    double already() {
        return already;
    }
}
