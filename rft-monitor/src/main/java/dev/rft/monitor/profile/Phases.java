package dev.rft.monitor.profile;

/**
 * Stretches of steps in which a healthy run moves little: short in the beginning, where everything
 * moves, and {@value #LONGEST} steps later on: 1-4, 5-8, 9-16, 17-32, 33-64, 65-96, and so on.
 */
final class Phases {

    /** Steps of the longest phases. */
    static final int LONGEST = 32;

    /** Phases from this one on are all as long. */
    static final int DIFFERENT = 5;

    /** The last steps of the phases that are shorter. */
    private static final int[] ENDS = {4, 8, 16, 32};

    private Phases() {}

    /**
     * Returns the number of the phase that a step is in, from 0.
     *
     * @param step the step; 0, the state before the first, counts as the first
     */
    static int of(long step) {
        for (int i = 0; i < ENDS.length; i++) {
            if (step <= ENDS[i]) {
                return i;
            }
        }
        long further = (step - ENDS[ENDS.length - 1] - 1) / LONGEST;
        return (int) Math.min(Integer.MAX_VALUE, ENDS.length + further);
    }

    /** Returns the first step of a phase. */
    static long first(int phase) {
        return phase == 0 ? 1 : last(phase - 1) + 1;
    }

    /** Returns the last step of a phase. */
    static long last(int phase) {
        return phase < ENDS.length
                ? ENDS[phase]
                : ENDS[ENDS.length - 1] + (long) LONGEST * (phase - ENDS.length + 1);
    }

    /** Returns the number of steps of a phase. */
    static int length(int phase) {
        return (int) (last(phase) - first(phase) + 1);
    }
}
