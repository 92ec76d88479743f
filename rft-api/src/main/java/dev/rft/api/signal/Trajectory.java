package dev.rft.api.signal;

import java.util.Objects;
import java.util.Set;

/**
 * One sampled response, as numbers.
 *
 * @param group the prompt's group within the step, from 0
 * @param reward the reward; meaningless when {@link Flag#MASKED} is set
 * @param length response tokens
 * @param flags what is remarkable about it; copied
 */
public record Trajectory(int group, double reward, int length, Set<Flag> flags) {

    /** What may be remarkable about a response. */
    public enum Flag {
        /** No token before the end of the sequence. */
        EMPTY,
        /** Shorter than the task's usual responses. */
        SHORT,
        /** Longer than the task's usual responses. */
        LONG,
        /** Cut at the length limit. */
        TRUNCATED,
        /**
         * An infrastructure failure: it has no reward and teaches nothing. It is never scored 0.
         */
        MASKED
    }

    /** Copies the flags and checks the numbers. */
    public Trajectory {
        flags = Set.copyOf(Objects.requireNonNull(flags, "flags"));
        if (group < 0 || length < 0) {
            throw new IllegalArgumentException(
                    "trajectory: group and length must be >= 0, were " + group + ", " + length);
        }
    }

    /**
     * Tells whether a flag is set.
     *
     * @param flag the flag
     * @return whether it is set
     */
    public boolean is(Flag flag) {
        return flags.contains(flag);
    }
}
