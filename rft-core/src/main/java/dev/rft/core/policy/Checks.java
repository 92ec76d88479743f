package dev.rft.core.policy;

/** Checks of numbers, with messages of one form. */
final class Checks {

    private Checks() {}

    static double positive(String name, double value) {
        if (!(value > 0 && Double.isFinite(value))) {
            throw new IllegalArgumentException(name + ": must be > 0 and finite, was " + value);
        }
        return value;
    }

    static double notNegative(String name, double value) {
        if (!(value >= 0 && Double.isFinite(value))) {
            throw new IllegalArgumentException(name + ": must be >= 0 and finite, was " + value);
        }
        return value;
    }

    static double share(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(name + ": must be in [0, 1], was " + value);
        }
        return value;
    }
}
