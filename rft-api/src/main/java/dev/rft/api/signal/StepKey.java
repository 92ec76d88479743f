package dev.rft.api.signal;

import java.util.Comparator;

/**
 * Names one executed step. A rollback goes back to an earlier step under a new attempt; a resume
 * after a crash continues under a new incarnation. So the same step number may be executed more
 * than once, and each execution has its own key.
 *
 * <p>The randomness of a step is a function of the run's seed, the attempt and the step, not of the
 * incarnation: a rollback does not walk into the same wall, and a resume repeats exactly.
 *
 * @param attempt counts rollbacks, from 0
 * @param step the step, from 1; 0 is the state before the first step
 * @param incarnation counts resumes after a crash, from 0
 */
public record StepKey(int attempt, long step, int incarnation) implements Comparable<StepKey> {

    private static final Comparator<StepKey> ORDER =
            Comparator.comparingInt(StepKey::incarnation)
                    .thenComparingInt(StepKey::attempt)
                    .thenComparingLong(StepKey::step);

    /** The state before the first step of a new run. */
    public static final StepKey START = new StepKey(0, 0, 0);

    /** Checks that no part is negative. */
    public StepKey {
        if (attempt < 0 || step < 0 || incarnation < 0) {
            throw new IllegalArgumentException(
                    "step key: attempt, step and incarnation must be >= 0, were "
                            + attempt
                            + ", "
                            + step
                            + ", "
                            + incarnation);
        }
    }

    /** Returns the key of the step after this one, in the same attempt. */
    public StepKey next() {
        return new StepKey(attempt, Math.addExact(step, 1), incarnation);
    }

    /**
     * Returns the key after a rollback.
     *
     * @param restored the step whose end state was restored
     * @return that step in the attempt after this one
     */
    public StepKey rolledBackTo(long restored) {
        return new StepKey(Math.addExact(attempt, 1), restored, incarnation);
    }

    /** Compares in the order of execution: incarnation, attempt, step. */
    @Override
    public int compareTo(StepKey other) {
        return ORDER.compare(this, other);
    }

    /**
     * Returns the step, with attempt and incarnation where they are not the first: {@code 42},
     * {@code 42 (attempt 1)}.
     */
    @Override
    public String toString() {
        return step
                + (attempt > 0 ? " (attempt " + attempt + ")" : "")
                + (incarnation > 0 ? " (incarnation " + incarnation + ")" : "");
    }
}
