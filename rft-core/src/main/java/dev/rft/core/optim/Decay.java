package dev.rft.core.optim;

import java.util.function.DoubleUnaryOperator;

/** What the built-in schedules share. */
final class Decay {

    private Decay() {}

    /** A linear warm-up, then another schedule. */
    static Schedule after(long warmUp, Schedule then) {
        if (warmUp < 0) {
            throw new IllegalArgumentException("warmUp: must be >= 0, was " + warmUp);
        }
        return step -> {
            if (step < 1) {
                throw new IllegalArgumentException("step: must be >= 1, was " + step);
            }
            return step < warmUp ? (double) step / warmUp : then.factor(step);
        };
    }

    /** A linear warm-up, then a curve that falls from 1 at 0 to 0 at 1, and stays there. */
    static Schedule between(long warmUp, long total, double last, DoubleUnaryOperator curve) {
        if (total <= warmUp) {
            throw new IllegalArgumentException(
                    "total: must be > warmUp " + warmUp + ", was " + total);
        }
        if (!(last >= 0 && last <= 1)) {
            throw new IllegalArgumentException("last: must be in [0, 1], was " + last);
        }
        return after(
                warmUp,
                step -> {
                    double progress = (double) (Math.min(step, total) - warmUp) / (total - warmUp);
                    return last + (1 - last) * curve.applyAsDouble(progress);
                });
    }
}
