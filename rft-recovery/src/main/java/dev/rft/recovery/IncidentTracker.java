package dev.rft.recovery;

import dev.rft.api.control.Knob;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.Finding;
import dev.rft.monitor.diagnose.Cause;
import dev.rft.monitor.diagnose.Diagnosis;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The state machine of incidents.
 *
 * <pre>
 * no incident --alarm--> watching --policy decides--> action pending --acted--> verifying
 *      ^                   |   ^ |                                                | |
 *      |  quiet long enough|   | +-- Continue: watch on, ask again at an alarm    | |
 *      +-------------------+   +-------------- NO_EFFECT or WORSE: ask again -----+ |
 *      +---------------------------------------------------- HELPED: closed --------+
 * </pre>
 *
 * <p>A decided Halt closes the incident when it is carried out.
 */
final class IncidentTracker {

    private static final RecoveryAction CONTINUE = new RecoveryAction.Continue();

    private final RecoveryConfig config;
    private final PolicyChain policies;
    private final BiFunction<StepKey, List<Finding>, Diagnosis> diagnoser;
    private final RunView run;
    private final IncidentEvents events;
    private final History history;
    private final Ledger ledger;
    private final ActionLimits limits;
    private final Relaxer relaxer;
    private final Consent consent;
    private final PastIncidents past;
    private long executed;
    private @Nullable OpenIncident open;

    IncidentTracker(
            RecoveryConfig config,
            PolicyChain policies,
            BiFunction<StepKey, List<Finding>, Diagnosis> diagnoser,
            RunView run,
            Announcer announcer,
            History history,
            Consent consent,
            RunMemory memory) {
        this.config = config;
        this.policies = policies;
        this.diagnoser = diagnoser;
        this.run = run;
        this.events = new IncidentEvents(announcer);
        this.history = history;
        this.consent = consent;
        this.ledger = new Ledger(config, memory.booked());
        this.limits = new ActionLimits(config, ledger);
        this.relaxer = new Relaxer(config.relaxing());
        this.past = new PastIncidents(config, memory.closed(), memory.closedAt());
        this.executed = memory.executed();
        memory.retell(
                relaxer,
                config.incidents().historyWindow(),
                run.knobs().get().containsKey(Knob.LEARNING_RATE));
    }

    /** Judges a step that is already in the history. */
    Decision judge(Observation observation, List<Finding> findings) {
        executed++;
        List<Finding> alarms = findings.stream().filter(Finding::alarm).toList();
        OpenIncident current = open;
        if (current != null) {
            Verification verification = current.verification();
            return verification != null
                    ? verify(current, verification, observation, findings, alarms)
                    : watch(current, observation, findings, alarms);
        }
        if (alarms.isEmpty()) {
            return healthy(observation, findings);
        }
        Optional<Attempt> relaxed = relaxer.alarmed();
        relaxed.ifPresent(
                attempt -> events.verified(observation.key(), relaxer.incident(), attempt));
        return decide(begin(observation, findings, alarms), observation, findings, relaxed);
    }

    private Decision healthy(Observation observation, List<Finding> findings) {
        Optional<Attempt> relaxed = relaxer.clean(observation);
        relaxed.ifPresent(
                attempt -> events.verified(observation.key(), relaxer.incident(), attempt));
        Optional<RecoveryAction.ScaleLearningRate> turn =
                run.knobs().get().containsKey(Knob.LEARNING_RATE)
                        ? relaxer.next()
                        : Optional.empty();
        if (turn.isEmpty()) {
            return new Decision(CONTINUE, "", findings, Optional.empty(), relaxed);
        }
        Incident repaired = past.numbered(relaxer.incident());
        Optional<String> objection = consent.objection(repaired, turn.get());
        if (objection.isPresent()) {
            relaxer.declined();
            events.withheld(observation.key(), repaired, turn.get(), objection.get());
            return new Decision(CONTINUE, objection.get(), findings, Optional.empty(), relaxed);
        }
        String note = "relaxes the repair of incident " + repaired.number();
        return new Decision(turn.get(), note, findings, Optional.empty(), relaxed);
    }

    /** Returns the action that was decided and not yet carried out. */
    Optional<RecoveryAction> pending() {
        OpenIncident current = open;
        return current == null ? relaxer.pending() : Optional.ofNullable(current.pending());
    }

    /**
     * Judges an action that could not be carried out: it had no effect, and the policies are asked
     * for another.
     *
     * @param last the observation that it was decided after
     * @param findings its verdicts
     * @param reason why it failed
     */
    Decision failed(Observation last, List<Finding> findings, String reason) {
        acted(last.key(), last.key());
        OpenIncident current = open;
        if (current == null) {
            throw new IllegalStateException("failed: no incident is open, " + reason);
        }
        return judged(
                current,
                new Verification.Judgement(Outcome.NO_EFFECT, "it failed: " + reason),
                last,
                findings);
    }

    /** A step was executed while an action is pending. */
    void meanwhile() {
        executed++;
    }

    /** Records that the pending action will not be carried out: it costs nothing. */
    void declined(StepKey key, String why) {
        OpenIncident current = open;
        RecoveryAction action = pending().orElse(null);
        if (action == null) {
            throw new IllegalStateException("declined: no action is pending after step " + key);
        }
        if (current == null) {
            relaxer.declined();
            events.withheld(key, past.numbered(relaxer.incident()), action, why);
            return;
        }
        Attempt withdrawn = current.withdraw();
        ledger.refund(withdrawn.key(), withdrawn.cause());
        withhold(current, key, action, why);
    }

    /** An incident that is only watched is decided about again. */
    void reconsider() {
        if (open != null) {
            open.reconsider();
        }
    }

    /**
     * Records that the pending action was carried out.
     *
     * @param key the step after which it was
     * @param resumesAfter the step after which the run goes on
     */
    void acted(StepKey key, StepKey resumesAfter) {
        OpenIncident current = open;
        RecoveryAction action = pending().orElse(null);
        if (action == null) {
            throw new IllegalStateException("acted: no action is pending after step " + key);
        }
        int number = current == null ? relaxer.incident() : current.incident().number();
        events.taken(key, number, action, resumesAfter);
        if (current == null) {
            relaxer.acted(key);
            return;
        }
        if (action instanceof RecoveryAction.Halt) {
            close(current, key);
            return;
        }
        boolean restored =
                resumesAfter.attempt() > key.attempt() || resumesAfter.step() < key.step();
        List<Observation> before = history.since(current.sickFrom());
        if (restored) {
            history.rewindTo(resumesAfter.step());
        }
        List<Observation> reference =
                Verification.comparable(
                        current.reference(), resumesAfter.step(), config.proof().verifySteps());
        current.verifyWith(
                new Verification(config, action, current.incident(), restored, reference, before),
                restored,
                resumesAfter.step() + 1);
    }

    /** Returns the factor of the turn that is on probation, 1 when there is none. */
    double relaxing() {
        return relaxer.factorOnProbation();
    }

    /** Returns all incidents, the open one last. */
    List<Incident> incidents() {
        List<Incident> all = new ArrayList<>(past.all());
        if (open != null) {
            all.add(open.incident());
        }
        return List.copyOf(all);
    }

    private OpenIncident begin(
            Observation observation, List<Finding> findings, List<Finding> alarms) {
        StepKey key = observation.key();
        Diagnosis diagnosis = diagnoser.apply(key, findings);
        long onset = OpenIncident.onset(alarms, key.step());
        Incident incident =
                new Incident(
                        past.count() + 1,
                        key,
                        onset,
                        alarms,
                        diagnosis,
                        List.of(),
                        past.attemptsOfRelapse(diagnosis.cause(), key.step(), executed));
        OpenIncident begun = new OpenIncident(incident, history.before(onset), executed);
        open = begun;
        events.opened(observation, incident);
        return begun;
    }

    private Decision watch(
            OpenIncident current,
            Observation observation,
            List<Finding> findings,
            List<Finding> alarms) {
        if (alarms.isEmpty()) {
            if (current.quiet() >= config.incidents().quietSteps()) {
                close(current, observation.key());
            }
            return decision(CONTINUE, "", findings, current, Optional.empty());
        }
        join(current, observation, findings, alarms);
        return decide(current, observation, findings, Optional.empty());
    }

    private Decision verify(
            OpenIncident current,
            Verification verification,
            Observation observation,
            List<Finding> findings,
            List<Finding> alarms) {
        Optional<Verification.Judgement> judgement = verification.next(observation, alarms);
        // What detectors say while their windows refill after a restore is no evidence.
        if (!alarms.isEmpty() && (judgement.isPresent() || !current.restored())) {
            join(current, observation, findings, alarms);
        }
        if (judgement.isEmpty()) {
            return decision(CONTINUE, "", findings, current, Optional.empty());
        }
        return judged(current, judgement.get(), observation, findings);
    }

    private Decision judged(
            OpenIncident current,
            Verification.Judgement judgement,
            Observation observation,
            List<Finding> findings) {
        Outcome outcome = judgement.outcome();
        Incident incident = current.incident().withOutcome(outcome, judgement.reason());
        Attempt attempt = incident.attempts().get(incident.attempts().size() - 1);
        current.judged(incident);
        StepKey key = observation.key();
        events.verified(key, incident.number(), attempt);
        if (outcome != Outcome.HELPED) {
            List<Finding> harm = judgement.harm().stream().toList();
            if (!harm.isEmpty()) {
                current.add(key, findings, harm, executed, diagnoser);
            }
            return decide(current, observation, findings, Optional.of(attempt));
        }
        if (Ledger.refunded(attempt)) {
            ledger.refund(attempt.key(), attempt.cause());
        }
        relaxer.repaired(incident.learningRateChange(), incident, current.reference());
        close(current, key);
        return decision(CONTINUE, attempt.reason(), findings, current, Optional.of(attempt));
    }

    /** Adds the alarms of a further step to the incident. */
    private void join(
            OpenIncident current,
            Observation observation,
            List<Finding> findings,
            List<Finding> alarms) {
        if (current.verification() == null) {
            current.forgetSilent(executed - config.incidents().quietSteps());
        }
        current.add(observation.key(), findings, alarms, executed, diagnoser);
    }

    private Decision decide(
            OpenIncident current,
            Observation observation,
            List<Finding> findings,
            Optional<Attempt> verified) {
        StepKey key = observation.key();
        Incident incident = current.incident();
        if (current.leftAlone()) {
            return decision(CONTINUE, "", findings, current, verified);
        }
        PolicyChain.Choice choice =
                policies.choose(
                        incident,
                        state(current, key, findings.stream().anyMatch(Finding::alarm)),
                        run.newestGoodBefore(),
                        current.confirmed(config.incidents().confirmSteps()),
                        (name, reason) -> events.quarantined(key, name, reason));
        Cause cause = incident.diagnosis().cause();
        choice = limits.within(choice, cause, incident, key);
        RecoveryAction action = choice.action();
        if (action instanceof RecoveryAction.Continue) {
            return decision(CONTINUE, choice.note(), findings, current, verified);
        }
        Optional<String> objection = consent.objection(incident, action);
        if (objection.isPresent()) {
            withhold(current, key, action, objection.get());
            return decision(CONTINUE, objection.get(), findings, current, verified);
        }
        if (Ledger.charged(action)) {
            ledger.spend(cause, key);
        }
        current.decide(action, incident.with(new Attempt(action, cause, key, Outcome.PENDING, "")));
        // Told before it is carried out: an action that the process does not survive is paid for.
        events.decided(key, incident, cause, action);
        return decision(action, choice.note(), findings, current, verified);
    }

    private void withhold(OpenIncident current, StepKey key, RecoveryAction action, String why) {
        current.leaveAlone();
        events.withheld(key, current.incident(), action, why);
    }

    private RunState state(OpenIncident current, StepKey key, boolean alarming) {
        return new RunState(
                key,
                run.capabilities().get(),
                run.knobs().get(),
                run.newestGoodBefore().apply(current.incident().onset()),
                current.reference(),
                history.since(current.sickFrom()),
                alarming);
    }

    private void close(OpenIncident current, StepKey key) {
        Incident incident = current.incident();
        open = null;
        past.add(incident, executed);
        events.closed(key, incident);
    }

    private static Decision decision(
            RecoveryAction action,
            String note,
            List<Finding> findings,
            OpenIncident current,
            Optional<Attempt> verified) {
        return new Decision(action, note, findings, Optional.of(current.incident()), verified);
    }
}
