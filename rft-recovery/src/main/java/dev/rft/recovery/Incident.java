package dev.rft.recovery;

import dev.rft.api.signal.StepKey;
import dev.rft.monitor.EvidenceClass;
import dev.rft.monitor.Finding;
import dev.rft.monitor.Verdict;
import dev.rft.monitor.diagnose.Diagnosis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A failure from its first alarm to its end. Immutable: each change gives a new one.
 *
 * @param number counts the run's incidents, from 1
 * @param opened the executed step that raised the first alarm
 * @param onset the step at which the failure is estimated to have begun, at most the opening step
 * @param findings the alarms of the incident so far, the newest per detector; copied
 * @param diagnosis the present diagnosis
 * @param attempts the actions so far, in order; copied
 * @param earlier the actions of the incident that this failure comes back from, when it was closed
 *     a short while ago: they were no lasting help; copied
 */
public record Incident(
        int number,
        StepKey opened,
        long onset,
        List<Finding> findings,
        Diagnosis diagnosis,
        List<Attempt> attempts,
        List<Attempt> earlier) {

    /** Copies the lists and checks the numbers. */
    public Incident {
        Objects.requireNonNull(opened, "opened");
        Objects.requireNonNull(diagnosis, "diagnosis");
        findings = List.copyOf(findings);
        attempts = List.copyOf(attempts);
        earlier = List.copyOf(earlier);
        if (number < 1 || onset < 0 || onset > opened.step()) {
            throw new IllegalArgumentException(
                    "incident: number must be >= 1 and onset in [0, "
                            + opened.step()
                            + "], were "
                            + number
                            + ", "
                            + onset);
        }
    }

    /** Returns the attempts of the incident that it comes back from, then its own. */
    public List<Attempt> allAttempts() {
        List<Attempt> all = new ArrayList<>(earlier);
        all.addAll(attempts);
        return List.copyOf(all);
    }

    /**
     * Returns how long it has been paused for at most, the incidents it comes back from included.
     */
    Duration paused() {
        return allAttempts().stream()
                .map(Attempt::action)
                .filter(RecoveryAction.Pause.class::isInstance)
                .map(action -> ((RecoveryAction.Pause) action).atMost())
                .reduce(Duration.ZERO, Duration::plus);
    }

    /** Returns what its last attempt has multiplied the learning rate by. */
    double learningRateChange() {
        RecoveryAction last = attempts.get(attempts.size() - 1).action();
        return last instanceof RecoveryAction.ResetOptimizer
                ? lastFailedFactor().orElse(1.0)
                : last.learningRateChange();
    }

    /** Tells whether something that was done against it turned the learning rate. */
    boolean turnedLearningRate() {
        return attempts.stream().anyMatch(attempt -> attempt.action().turnsLearningRate());
    }

    /** Returns the learning rate's factor of the last rollback that did not help. */
    Optional<Double> lastFailedFactor() {
        return attempts.stream()
                .filter(attempt -> attempt.outcome() != Outcome.HELPED)
                .map(Attempt::action)
                .filter(RecoveryAction.Rollback.class::isInstance)
                .map(RecoveryAction::learningRateChange)
                .reduce((earlierOne, later) -> later);
    }

    /** Returns the kinds of evidence that its alarms rest on. */
    public Set<EvidenceClass> evidenceClasses() {
        return findings.stream()
                .map(Finding::evidenceClass)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Tells whether one of its alarms is a broken invariant. */
    public boolean invariantBroken() {
        return findings.stream()
                .anyMatch(
                        finding ->
                                finding.verdict() instanceof Verdict.Violated violated
                                        && violated.evidence().invariant());
    }

    /**
     * Tells whether the evidence allows an action that throws away progress: two classes, or one
     * invariant.
     */
    public boolean allowsDestructive() {
        return invariantBroken() || evidenceClasses().size() >= 2;
    }

    /** Tells whether a step that threw is among its alarms. */
    boolean stepThrew() {
        return findings.stream()
                .anyMatch(finding -> finding.detector().equals(Session.FAILED_STEP));
    }

    /** Tells whether its last action was verified to have helped. */
    public boolean repaired() {
        return lastAttempt().filter(last -> last.outcome() == Outcome.HELPED).isPresent();
    }

    /** Tells whether its last action was to stop the run. */
    public boolean halted() {
        return lastAttempt()
                .filter(last -> last.action() instanceof RecoveryAction.Halt)
                .isPresent();
    }

    private Optional<Attempt> lastAttempt() {
        return attempts.isEmpty()
                ? Optional.empty()
                : Optional.of(attempts.get(attempts.size() - 1));
    }

    /**
     * Returns this incident with an earlier onset. Evidence that joins later may move the onset
     * back, never forward: what one alarm has put under suspicion no other one clears.
     *
     * @param step a step at which the failure may have begun, at least 0
     * @return the incident; this one when the step is not before its onset
     */
    public Incident beginningBy(long step) {
        return step >= onset
                ? this
                : new Incident(number, opened, step, findings, diagnosis, attempts, earlier);
    }

    /**
     * Returns this incident with newer alarms and diagnosis.
     *
     * @param newFindings alarms, replacing older ones of the same detector
     * @param newDiagnosis the diagnosis
     * @return the incident
     */
    public Incident with(List<Finding> newFindings, Diagnosis newDiagnosis) {
        Set<String> renewed =
                newFindings.stream().map(Finding::detector).collect(Collectors.toSet());
        List<Finding> merged = new ArrayList<>();
        findings.stream().filter(old -> !renewed.contains(old.detector())).forEach(merged::add);
        merged.addAll(newFindings);
        return new Incident(number, opened, onset, merged, newDiagnosis, attempts, earlier);
    }

    /** Returns this incident without the alarms of detectors that have fallen silent. */
    Incident withoutFindingsOf(Set<String> silent) {
        List<Finding> left =
                findings.stream().filter(finding -> !silent.contains(finding.detector())).toList();
        return new Incident(number, opened, onset, left, diagnosis, attempts, earlier);
    }

    /**
     * Returns this incident with one more attempt.
     *
     * @param attempt the attempt
     * @return the incident
     */
    public Incident with(Attempt attempt) {
        List<Attempt> longer = new ArrayList<>(attempts);
        longer.add(attempt);
        return new Incident(number, opened, onset, findings, diagnosis, longer, earlier);
    }

    /** Returns this incident without its last attempt, which was never made. */
    Incident withoutLastAttempt() {
        List<Attempt> made = attempts.subList(0, attempts.size() - 1);
        return new Incident(number, opened, onset, findings, diagnosis, made, earlier);
    }

    /**
     * Returns this incident with the outcome of its last attempt.
     *
     * @param outcome the outcome
     * @param reason why, in words
     * @return the incident
     * @throws IllegalStateException when there was no attempt
     */
    public Incident withOutcome(Outcome outcome, String reason) {
        if (attempts.isEmpty()) {
            throw new IllegalStateException(
                    "incident " + number + ": no attempt to give an outcome");
        }
        List<Attempt> changed = new ArrayList<>(attempts);
        Attempt last = changed.remove(changed.size() - 1);
        changed.add(new Attempt(last.action(), last.cause(), last.key(), outcome, reason));
        return new Incident(number, opened, onset, findings, diagnosis, changed, earlier);
    }
}
