package dev.rft.recovery;

import dev.rft.monitor.diagnose.Cause;
import java.util.ArrayList;
import java.util.List;

/** The incidents of a run that are over, and whether a new one is one of them coming back. */
final class PastIncidents {

    private final RecoveryConfig config;
    private final List<Incident> closed;
    private boolean turnedLearningRate;
    private long closedAt;

    PastIncidents(RecoveryConfig config, List<Incident> closed, long closedAt) {
        this.config = config;
        this.closed = new ArrayList<>(closed);
        this.turnedLearningRate = closed.stream().anyMatch(Incident::turnedLearningRate);
        this.closedAt = closedAt;
    }

    /**
     * Adds one that has ended.
     *
     * @param incident the incident
     * @param executed how many steps have been executed
     */
    void add(Incident incident, long executed) {
        closed.add(incident);
        turnedLearningRate |= incident.turnedLearningRate();
        closedAt = executed;
    }

    /** Tells whether one of them had an action that turned the learning rate. */
    boolean turnedLearningRate() {
        return turnedLearningRate;
    }

    int count() {
        return closed.size();
    }

    /** Returns the incident of a number, from 1. */
    Incident numbered(int number) {
        return closed.get(number - 1);
    }

    List<Incident> all() {
        return List.copyOf(closed);
    }

    /**
     * Returns what was tried against the failure that has come back, or nothing when this is
     * another one.
     *
     * @param cause what is wrong now
     * @param step the step that raised the alarm
     * @param executed how many steps have been executed
     */
    List<Attempt> attemptsOfRelapse(Cause cause, long step, long executed) {
        if (closed.isEmpty()) {
            return List.of();
        }
        Incident last = closed.get(closed.size() - 1);
        Cause lastCause = last.diagnosis().cause();
        boolean same = cause == lastCause || cause == Cause.UNKNOWN || lastCause == Cause.UNKNOWN;
        boolean soon = executed - closedAt <= config.incidents().cooldownSteps();
        return same && soon ? attemptsOf(last) : attemptsWithoutProgress(cause, step);
    }

    /**
     * Returns what was tried against the last failure of the same cause, when its repair threw
     * progress away, or built workers anew, and the run has not got much further since: it helps
     * each time and leads nowhere. Each such repair has to lead further than the one before, until
     * the run has got so far beyond them that the budget has forgiven them as well.
     */
    private List<Attempt> attemptsWithoutProgress(Cause cause, long step) {
        List<Incident> costly =
                closed.stream()
                        .filter(incident -> incident.diagnosis().cause() == cause)
                        .filter(PastIncidents::repairedAtACost)
                        .filter(incident -> counts(incident, step))
                        .toList();
        if (costly.isEmpty()) {
            return List.of();
        }
        Incident last = costly.get(costly.size() - 1);
        long further = step - last.opened().step();
        return further < (long) config.incidents().progressSteps() * costly.size()
                ? attemptsOf(last)
                : List.of();
    }

    private boolean counts(Incident incident, long step) {
        return step - incident.opened().step() < config.budget().forgivenAfterSteps();
    }

    private static boolean repairedAtACost(Incident incident) {
        return incident.repaired()
                && incident.attempts().stream()
                        .map(Attempt::action)
                        .anyMatch(action -> action.destructive() || action.restarts());
    }

    private static List<Attempt> attemptsOf(Incident last) {
        List<Attempt> all = new ArrayList<>(last.earlier());
        last.attempts().stream().filter(attempt -> !skipThatHelped(attempt)).forEach(all::add);
        return all;
    }

    /** A skip that helped cost one batch and was the whole cure: it is no step on a ladder. */
    private static boolean skipThatHelped(Attempt attempt) {
        return attempt.action() instanceof RecoveryAction.SkipStep
                && attempt.outcome() == Outcome.HELPED;
    }
}
