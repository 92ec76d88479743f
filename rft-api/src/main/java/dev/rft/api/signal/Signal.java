package dev.rft.api.signal;

import java.util.Objects;

/**
 * A number that a training step reports under a name, with what a detector must know to judge it
 * without having seen the task: its unit, which direction is bad news, and the scale on which its
 * changes are comparable.
 *
 * <p>Two signals are the same when their names are the same. The signals that rft knows are
 * constants of {@link Signals}; a program adds its own with {@link #of(String, String, Direction,
 * Scale)}.
 */
public final class Signal implements Comparable<Signal> {

    /** Which change of the signal is adverse. */
    public enum Direction {
        /** A rise is bad news (gradient norm, KL). */
        UP,
        /** A fall is bad news (reward, entropy). */
        DOWN,
        /** Both are (response length). */
        EITHER,
        /** Neither says anything by itself (learning rate). */
        NONE
    }

    /** The scale on which equal differences mean equally much. */
    public enum Scale {
        /** Any real number, compared as it is. */
        LINEAR,
        /** Positive and multiplicative, compared by its logarithm (gradient norm, KL). */
        LOG,
        /** A share in [0, 1], whose sampling noise follows from the number of samples behind it. */
        FRACTION
    }

    private final String name;
    private final String unit;
    private final Direction adverse;
    private final Scale scale;

    private Signal(String name, String unit, Direction adverse, Scale scale) {
        this.name = name;
        this.unit = unit;
        this.adverse = adverse;
        this.scale = scale;
    }

    /**
     * Makes a signal.
     *
     * @param name dotted lower-case name such as {@code grad.norm}, not blank; it is the signal's
     *     identity
     * @param unit the unit in words, such as {@code nats per token}; may be empty
     * @param adverse the direction that is bad news
     * @param scale the scale on which changes are compared
     * @return the signal
     * @throws IllegalArgumentException when the name is blank
     */
    public static Signal of(String name, String unit, Direction adverse, Scale scale) {
        Objects.requireNonNull(name, "name");
        if (name.isBlank()) {
            throw new IllegalArgumentException(
                    "signal name: must not be blank, was '" + name + "'");
        }
        return new Signal(
                name,
                Objects.requireNonNull(unit, "unit"),
                Objects.requireNonNull(adverse, "adverse"),
                Objects.requireNonNull(scale, "scale"));
    }

    /** Returns the name, which is the signal's identity. */
    public String name() {
        return name;
    }

    /** Returns the unit in words; empty when there is none. */
    public String unit() {
        return unit;
    }

    /** Returns the direction that is bad news. */
    public Direction adverse() {
        return adverse;
    }

    /** Returns the scale on which changes are compared. */
    public Scale scale() {
        return scale;
    }

    @Override
    public int compareTo(Signal other) {
        return name.compareTo(other.name);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Signal signal && name.equals(signal.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    /** Returns the name. */
    @Override
    public String toString() {
        return name;
    }
}
