package dev.rft.recovery;

/** Checks the numbers of a configuration. A complaint names the number, its range and its value. */
final class Ranges {

    /** The most that a number without another bound may be. */
    static final double MOST = 1e9;

    private Ranges() {}

    static void atLeast(long least, long value, String name) {
        if (value < least) {
            throw new IllegalArgumentException(name + ": must be >= " + least + ", was " + value);
        }
    }

    static void above(double bound, double value, String name) {
        if (!(value > bound && value <= MOST)) {
            throw new IllegalArgumentException(
                    name + ": must be > " + bound + " and at most 1e9, was " + value);
        }
    }

    static void between(double least, double most, double value, String name) {
        if (!(value >= least && value <= most)) {
            throw new IllegalArgumentException(
                    name + ": must be in [" + least + ", " + most + "], was " + value);
        }
    }

    static void factor(double value, String name) {
        if (!(value > 0 && value < 1)) {
            throw new IllegalArgumentException(name + ": must be in (0, 1), was " + value);
        }
    }
}
