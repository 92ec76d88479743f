package dev.rft.recovery;

/**
 * Chooses the next action of an incident. Called when an incident opens, for each further alarm
 * while nothing is under verification, and each time an action did not help; never for a healthy
 * step. It is called by one thread, keeps no state of its own (what was tried stands in the
 * incident), and is quarantined for the rest of the run when it throws.
 */
@FunctionalInterface
public interface RecoveryPolicy {

    /**
     * Chooses an action.
     *
     * @param incident the incident, with all attempts so far and their outcomes
     * @param state the run
     * @return the action, never null; {@link RecoveryAction.Continue} to go on watching
     */
    RecoveryAction decide(Incident incident, RunState state);
}
