package dev.rft.monitor;

import java.util.Objects;
import java.util.function.Function;

/**
 * What a detector says of one observation. "Cannot tell" is a verdict of its own and never
 * "healthy".
 */
public sealed interface Verdict {

    /** Looked, and found nothing. */
    record Healthy() implements Verdict {
        private static final Healthy INSTANCE = new Healthy();
    }

    /**
     * Looked, and found something that is no alarm yet. Nothing acts on it alone.
     *
     * @param evidence what it was
     */
    record Suspect(Evidence evidence) implements Verdict {
        /** Checks that the evidence is there. */
        public Suspect {
            Objects.requireNonNull(evidence, "evidence");
        }
    }

    /**
     * An alarm.
     *
     * @param evidence what it was
     */
    record Violated(Evidence evidence) implements Verdict {
        /** Checks that the evidence is there. */
        public Violated {
            Objects.requireNonNull(evidence, "evidence");
        }
    }

    /**
     * Could not look.
     *
     * @param reason why: a missing signal, too little history
     */
    record NotEvaluated(String reason) implements Verdict {
        /** Checks that the reason is there. */
        public NotEvaluated {
            Objects.requireNonNull(reason, "reason");
        }
    }

    /** Returns the verdict that all is well. */
    static Verdict healthy() {
        return Healthy.INSTANCE;
    }

    /**
     * Returns a verdict that is no alarm yet.
     *
     * @param evidence what was found
     * @return the verdict
     */
    static Verdict suspect(Evidence evidence) {
        return new Suspect(evidence);
    }

    /**
     * Returns an alarm.
     *
     * @param evidence what was found
     * @return the verdict
     */
    static Verdict violated(Evidence evidence) {
        return new Violated(evidence);
    }

    /**
     * Returns the verdict that nothing can be said.
     *
     * @param reason why
     * @return the verdict
     */
    static Verdict notEvaluated(String reason) {
        return new NotEvaluated(reason);
    }

    /**
     * Applies the function of this verdict's case.
     *
     * @param healthy for {@link Healthy}
     * @param suspect for {@link Suspect}
     * @param violated for {@link Violated}
     * @param notEvaluated for {@link NotEvaluated}
     * @param <T> what the functions return
     * @return what the function of the case returns
     */
    default <T> T match(
            Function<Healthy, T> healthy,
            Function<Suspect, T> suspect,
            Function<Violated, T> violated,
            Function<NotEvaluated, T> notEvaluated) {
        if (this instanceof Healthy verdict) {
            return healthy.apply(verdict);
        }
        if (this instanceof Suspect verdict) {
            return suspect.apply(verdict);
        }
        if (this instanceof Violated verdict) {
            return violated.apply(verdict);
        }
        return notEvaluated.apply((NotEvaluated) this);
    }
}
