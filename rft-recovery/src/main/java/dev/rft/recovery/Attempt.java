package dev.rft.recovery;

import dev.rft.api.signal.StepKey;
import dev.rft.monitor.diagnose.Cause;
import java.util.Objects;

/**
 * An action that was taken in an incident and what came of it.
 *
 * @param action the action
 * @param cause what the incident was diagnosed as when it was decided
 * @param key the executed step after which it was taken
 * @param outcome what the steps after it showed
 * @param reason why the outcome is what it is, in words; empty while pending
 */
public record Attempt(
        RecoveryAction action, Cause cause, StepKey key, Outcome outcome, String reason) {

    /** Checks that nothing is missing. */
    public Attempt {
        Objects.requireNonNull(action, "action");
        Objects.requireNonNull(cause, "cause");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(outcome, "outcome");
        Objects.requireNonNull(reason, "reason");
    }
}
