package dev.rft.recovery;

import dev.rft.api.control.Knob;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.diagnose.Cause;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The decisions on their way to a training process, one at a time, and its answers. */
final class RemoteDecisions {

    private static final Logger LOG = LoggerFactory.getLogger(RemoteDecisions.class);

    /**
     * What the process has done.
     *
     * @param action which action
     * @param ofSession whether the session waits for it
     * @param wentBackTo the earlier step that the process went on after; empty when it went on
     */
    record Answer(RecoveryAction action, boolean ofSession, OptionalLong wentBackTo) {}

    private record Task(
            RecoveryAction action, boolean ofSession, OptionalLong resumeAfter, String cause) {}

    private final ControlDirectory control;
    private final Session session;
    private final RemoteOptions options;
    private final Deque<Task> tasks = new ArrayDeque<>();

    /** The number of the first task's decision; 0 when it is not written yet. */
    private long written;

    private long writtenAt;
    private int steps;

    /** The value of the knob that the last decision was about. */
    private double before = Double.NaN;

    RemoteDecisions(ControlDirectory control, Session session, RemoteOptions options) {
        this.control = control;
        this.session = session;
        this.options = options;
    }

    /**
     * Hands over what the session has decided.
     *
     * @param action what
     * @param incident about which incident; null when a repair is relaxed
     * @param after the last step
     * @param checkpoints what the process may go back to
     * @param knobs the knobs as they are
     */
    void hand(
            RecoveryAction action,
            @Nullable Incident incident,
            StepKey after,
            RemoteCheckpoints checkpoints,
            Map<Knob, Double> knobs) {
        Cause cause = incident == null ? Cause.UNKNOWN : incident.diagnosis().cause();
        OptionalLong back =
                incident != null && goesBack(action)
                        ? checkpoints.newestBefore(onset(action, incident))
                        : OptionalLong.empty();
        if (action instanceof RecoveryAction.SetKnob set) {
            before = knobs.getOrDefault(set.knob(), Double.NaN);
        }
        add(new Task(action, true, back, cause.id()), after);
    }

    private static boolean goesBack(RecoveryAction action) {
        return action instanceof RecoveryAction.Rollback
                || action instanceof RecoveryAction.ResetOptimizer
                || action instanceof RecoveryAction.Halt;
    }

    private static long onset(RecoveryAction action, Incident incident) {
        return action instanceof RecoveryAction.Rollback rollback
                ? Math.min(rollback.onset(), incident.onset())
                : incident.onset();
    }

    /** Takes a turn of a knob back that did not help. */
    void undo(Attempt attempt, StepKey after) {
        RecoveryAction action = attempt.action();
        if (attempt.outcome() == Outcome.HELPED) {
            return;
        }
        RecoveryAction inverse = null;
        if (action.learningRateChange() != 1) {
            inverse = new RecoveryAction.ScaleLearningRate(1 / action.learningRateChange());
        } else if (action instanceof RecoveryAction.SetKnob set && !Double.isNaN(before)) {
            inverse = new RecoveryAction.SetKnob(set.knob(), before);
        }
        if (inverse != null) {
            add(new Task(inverse, false, OptionalLong.empty(), attempt.cause().id()), after);
        }
    }

    private void add(Task task, StepKey after) {
        tasks.addLast(task);
        if (tasks.size() == 1) {
            write(after);
        }
    }

    private void write(StepKey after) {
        Task task = tasks.getFirst();
        steps = 0;
        writtenAt = options.watchdog().ticker().getAsLong();
        try {
            written = control.decide(task.action(), after, task.resumeAfter(), task.cause());
        } catch (IOException e) {
            LOG.error("{} could not be handed over", task.action().name(), e);
            drop("it could not be handed over: " + e);
        }
    }

    /** Tells whether a decision waits for an answer. */
    boolean waiting() {
        return !tasks.isEmpty();
    }

    /** Tells whether the session must not decide anything before an answer. */
    boolean holdsSession() {
        return tasks.stream().anyMatch(Task::ofSession);
    }

    /** Counts a step against the patience with the process. */
    void stepped() {
        steps++;
    }

    /** Tells whether the process has had its steps. */
    boolean isDue() {
        return steps >= options.ackSteps();
    }

    /**
     * Looks for an answer to the first decision.
     *
     * @param present the last step
     * @param caughtUp whether all that was logged before the answer has been seen: the process is
     *     known to have gone back only then, or its older steps would be taken for newer ones
     * @return what the process has done; null when it has not said so
     */
    @Nullable Answer answer(StepKey present, boolean caughtUp) {
        if (tasks.isEmpty()) {
            return null;
        }
        Task task = tasks.getFirst();
        ControlDirectory.Ack ack = control.ack(written).orElse(null);
        if (ack == null) {
            Duration waited = Duration.ofNanos(options.watchdog().ticker().getAsLong() - writtenAt);
            if (isDue() && waited.compareTo(options.ackTime()) >= 0) {
                drop("no answer within " + steps + " steps");
            }
            return null;
        }
        if (!ack.done()) {
            drop("the process refused" + (ack.reason().isEmpty() ? "" : ": " + ack.reason()));
            return null;
        }
        boolean back =
                ack.step().isPresent()
                        && task.resumeAfter().isPresent()
                        && ack.step().getAsLong() < present.step();
        if (back && !caughtUp) {
            return null;
        }
        tasks.removeFirst();
        if (!tasks.isEmpty()) {
            write(present);
        }
        return new Answer(
                task.action(), task.ofSession(), back ? ack.step() : OptionalLong.empty());
    }

    /** Gives up on all that is on its way: it was advice. */
    void drop(String reason) {
        boolean held = holdsSession();
        tasks.clear();
        if (held) {
            session.declined(reason);
        }
    }
}
