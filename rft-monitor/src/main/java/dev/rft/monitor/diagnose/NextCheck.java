package dev.rft.monitor.diagnose;

import java.util.Objects;

/**
 * What would tell two candidates apart: something to look at, or to try.
 *
 * @param what what to do, such as {@code score a few responses whose right score is known}
 * @param one the more probable of the two
 * @param ifOne what is found when it is that one
 * @param other the other one
 * @param ifOther what is found when it is the other
 */
public record NextCheck(String what, Cause one, String ifOne, Cause other, String ifOther) {

    /** Checks that nothing is missing. */
    public NextCheck {
        Objects.requireNonNull(what, "what");
        Objects.requireNonNull(one, "one");
        Objects.requireNonNull(ifOne, "ifOne");
        Objects.requireNonNull(other, "other");
        Objects.requireNonNull(ifOther, "ifOther");
    }

    /** Returns one line: what to do, and what each finding speaks for. */
    @Override
    public String toString() {
        return what + ": " + one + " if " + ifOne + ", " + other + " if " + ifOther;
    }
}
