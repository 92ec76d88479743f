package dev.rft.faultbench.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Who looks after a run. */
public enum Arm {
    /** Nobody. */
    NONE,
    /** The library as it stands. */
    SUPERVISED,
    /** The library's eyes, and a rollback to before the onset as the only answer. */
    ROLLBACK_ONLY,
    /** The library's eyes, and a halved learning rate as the only answer. */
    LR_CUT,
    /** The library's eyes, and an action drawn at random. */
    RANDOM,
    /** Who knows what happened and when: the cure and a rollback, two steps after the onset. */
    ORACLE;

    /** Returns the name in files and options: {@code rollback-only}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Tells whether the library's eyes are on the run. */
    boolean watched() {
        return this != NONE && this != ORACLE;
    }

    /** Tells whether a plan that has little time runs it on every workload. */
    boolean everywhere() {
        return this == NONE || this == SUPERVISED;
    }

    /**
     * Finds an arm by its name.
     *
     * @param name the name
     * @return the arm, or empty when there is none of that name
     */
    public static Optional<Arm> of(String name) {
        return Arrays.stream(values()).filter(arm -> arm.toString().equals(name)).findFirst();
    }
}
