package dev.rft.core.optim;

/**
 * What the learning rate of a step is multiplied by. A pure function of the step's number: a run
 * that goes back to an earlier step has that step's rate again, and there is no state to restore.
 *
 * <p>Steps count from 1. A warm-up over {@code w} steps gives {@code step / w}: the first step is
 * not lost on a rate of 0, and step {@code w} has the full one. A decay to {@code last} gives step
 * {@code total} and all after it {@code last}.
 */
@FunctionalInterface
public interface Schedule {

    /**
     * Returns the factor of a step.
     *
     * @param step the step, from 1
     * @return the factor, in [0, 1]
     */
    double factor(long step);

    /** Returns the full learning rate at every step. */
    static Schedule constant() {
        return Decay.after(0, step -> 1);
    }

    /**
     * Warms up and then keeps the full learning rate.
     *
     * @param warmUp steps of the warm-up, at least 0
     * @return the schedule
     */
    static Schedule warmUp(long warmUp) {
        return Decay.after(warmUp, step -> 1);
    }

    /**
     * Warms up, then falls in a straight line.
     *
     * @param warmUp steps of the warm-up, at least 0
     * @param total the step that has the last factor, above {@code warmUp}
     * @param last the last factor, in [0, 1]
     * @return the schedule
     */
    static Schedule linear(long warmUp, long total, double last) {
        return Decay.between(warmUp, total, last, progress -> 1 - progress);
    }

    /**
     * Warms up, then falls along half a cosine: {@code last + (1 - last) (1 + cos(pi p)) / 2} with
     * {@code p = (step - warmUp) / (total - warmUp)} (arXiv 1608.03983, without restarts).
     *
     * @param warmUp steps of the warm-up, at least 0
     * @param total the step that has the last factor, above {@code warmUp}
     * @param last the last factor, in [0, 1]
     * @return the schedule
     */
    static Schedule cosine(long warmUp, long total, double last) {
        return Decay.between(
                warmUp, total, last, progress -> (1 + Math.cos(Math.PI * progress)) / 2);
    }

    /**
     * Warms up, then falls with {@code sqrt(warmUp / step)} (arXiv 1706.03762).
     *
     * @param warmUp steps of the warm-up, at least 1
     * @return the schedule
     */
    static Schedule inverseSqrt(long warmUp) {
        if (warmUp < 1) {
            throw new IllegalArgumentException("warmUp: must be >= 1, was " + warmUp);
        }
        return Decay.after(warmUp, step -> Math.sqrt((double) warmUp / step));
    }
}
