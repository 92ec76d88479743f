package dev.rft.recovery;

import dev.rft.api.signal.StepKey;
import dev.rft.monitor.diagnose.Cause;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Counts the actions of a run. No rollback rewinds it: that is what keeps a run from repeating
 * itself for ever.
 *
 * <p>A resumed run executes again what the end of its process cut off, and decides the same again.
 * What was booked there is known by the attempt and the step after which it was decided, whatever
 * the incarnation: deciding it again pays nothing, and nothing that was decided is forgotten, also
 * when the resumed run decides otherwise. Entries of steps that it has not come to yet do not count
 * yet, so that it decides as the uninterrupted run does.
 */
final class Ledger {

    private final RecoveryConfig config;

    /** What earlier incarnations have booked, and this one has not booked again. */
    private final NavigableMap<StepKey, Cause> earlier =
            new TreeMap<>(
                    Comparator.comparingInt(StepKey::attempt).thenComparingLong(StepKey::step));

    private final List<Entry> own = new ArrayList<>();

    private record Entry(StepKey decided, Cause cause) {}

    Ledger(RecoveryConfig config, Map<StepKey, Cause> earlier) {
        this.config = config;
        this.earlier.putAll(earlier);
    }

    void spend(Cause cause, StepKey decided) {
        earlier.remove(decided);
        own.add(new Entry(decided, cause));
    }

    /**
     * Gives an action back: a skip that helped cost one batch, and a long run may meet many bad
     * batches.
     */
    void refund(StepKey decided, Cause cause) {
        own.remove(new Entry(decided, cause));
    }

    private void addUnforgiven(List<Cause> spent, Entry entry, StepKey now) {
        if (now.step() - entry.decided().step() < config.budget().forgivenAfterSteps()) {
            spent.add(entry.cause());
        }
    }

    /** Tells whether an action is counted. A pause costs time alone and has a limit of its own. */
    static boolean charged(RecoveryAction action) {
        return !(action instanceof RecoveryAction.Halt
                || action instanceof RecoveryAction.Pause
                || action instanceof RecoveryAction.Continue);
    }

    /** Tells whether an attempt that was judged is given back. */
    static boolean refunded(Attempt attempt) {
        return attempt.outcome() == Outcome.HELPED && !attempt.action().destructive();
    }

    /**
     * Returns why no further action may be taken for a cause, or nothing when one may.
     *
     * @param cause what it would be charged to
     * @param now the step that was just executed
     */
    Optional<String> exhausted(Cause cause, StepKey now) {
        if (earlier.containsKey(now)) {
            return Optional.empty(); // paid for, before the process ended
        }
        List<Cause> spent = new ArrayList<>();
        earlier.headMap(now, true)
                .forEach((decided, of) -> addUnforgiven(spent, new Entry(decided, of), now));
        own.forEach(entry -> addUnforgiven(spent, entry, now));
        if (spent.size() >= config.budget().maxActions()) {
            return Optional.of(
                    "the run's budget of " + config.budget().maxActions() + " actions is spent");
        }
        if (Collections.frequency(spent, cause) >= config.budget().maxActionsPerCause()) {
            return Optional.of(
                    "the budget of "
                            + config.budget().maxActionsPerCause()
                            + " actions for "
                            + cause
                            + " is spent");
        }
        return Optional.empty();
    }
}
