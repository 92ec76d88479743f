package dev.rft.recovery;

import dev.rft.api.signal.StepKey;
import dev.rft.monitor.diagnose.Cause;
import java.time.Duration;
import java.util.Optional;

/** How far supervision goes: the budgets of a run, and the patience with an outage. */
final class ActionLimits {

    private final RecoveryConfig config;
    private final Ledger ledger;

    ActionLimits(RecoveryConfig config, Ledger ledger) {
        this.config = config;
        this.ledger = ledger;
    }

    /**
     * Returns a choice, or what takes its place where a limit is reached: a halt, with the reason.
     * A suspicion stops no run, so that what is done on a suspicion alone is not done any more.
     *
     * @param choice what the policies have chosen
     * @param cause what it would be charged to
     * @param incident its incident
     * @param key the step that was just executed
     */
    PolicyChain.Choice within(
            PolicyChain.Choice choice, Cause cause, Incident incident, StepKey key) {
        RecoveryAction action = choice.action();
        if (action instanceof RecoveryAction.Pause pause) {
            return new PolicyChain.Choice(withinPatience(pause, incident), choice.note());
        }
        Optional<String> exhausted =
                Ledger.charged(action) ? ledger.exhausted(cause, key) : Optional.empty();
        if (exhausted.isEmpty()) {
            return choice;
        }
        String reason = exhausted.get() + "; " + action.name() + " would have been next";
        boolean suspicion =
                action instanceof RecoveryAction.RestartInPlace && !incident.allowsDestructive();
        return suspicion
                ? new PolicyChain.Choice(new RecoveryAction.Continue(), reason)
                : new PolicyChain.Choice(new RecoveryAction.Halt(reason), choice.note());
    }

    private RecoveryAction withinPatience(RecoveryAction.Pause pause, Incident incident) {
        Duration paused = incident.paused();
        double all = paused.plus(pause.atMost()).toMillis() / 1e3;
        double most = config.outage().giveUpAfterSeconds();
        return all <= most
                ? pause
                : new RecoveryAction.Halt(
                        "the outage has not ended after pauses of "
                                + paused.toSeconds()
                                + " s together, and the next one would exceed the limit of "
                                + Math.round(most)
                                + " s");
    }
}
