package dev.rft.recovery;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.EvidenceClass;
import dev.rft.monitor.Finding;
import dev.rft.monitor.Monitor;
import dev.rft.monitor.Verdict;
import dev.rft.monitor.diagnose.Diagnoser;
import dev.rft.monitor.diagnose.Diagnosis;
import dev.rft.recovery.event.RftEvent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mind of supervision: takes what each executed step showed and says what to do before the
 * next. For those who own their loop; {@link Supervisor} drives a {@link
 * dev.rft.api.control.TrainingLoop} with one.
 *
 * <pre>{@code
 * Session session = Session.builder().monitor(monitor).build();
 * Decision decision = session.observe(Observation.of(step, Map.of(REWARD_MEAN, 0.41, GRAD_NORM, 1.3)));
 * }</pre>
 *
 * <p><b>From alarm to action.</b> An alarm opens an incident, whose onset is the earliest that an
 * alarm estimates. Nothing but a skipped step is decided before the alarm was seen on {@link
 * RecoveryConfig.Incidents#confirmSteps} steps, and nothing destructive before two kinds of
 * evidence agree; a broken invariant is enough for both. Until then the session goes on watching,
 * and an incident that falls silent closes as passed.
 *
 * <p><b>From action to proof.</b> Each action is judged by the steps after it, against the run
 * before the onset. One that helped closes the incident; after one that did not, the policies are
 * asked again with that attempt on record. Every action is counted, no rollback rewinds the count,
 * and where a budget ends the session decides {@link RecoveryAction.Halt}.
 *
 * <p><b>The driver's part.</b> Carry out the decided action, call {@link #acted}, and go on; after
 * a rollback, rewind the monitor too ({@link Monitor#restore}) and continue under {@link
 * StepKey#rolledBackTo}. Undo a turned knob when {@link Decision#verified} says that it did not
 * help. Not thread-safe: one thread at a time.
 *
 * <p><b>Modes.</b> In {@link Mode.Advise} and {@link Mode.Shadow} the decision is to continue where
 * an action was not allowed.
 */
public final class Session implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    /** The detector id of the alarm that a discarded update is. */
    static final String UPDATE_GATE = "update-gate";

    /** The detector id of the alarm that a step which threw is. */
    static final String FAILED_STEP = "failed-step";

    private static final Signal FAILURES =
            Signal.of("step.failures", "failures", Signal.Direction.UP, Signal.Scale.LINEAR);
    private static final String DETECTOR = "detector ";
    private static final String DIAGNOSER = "diagnoser";

    static final Signal DISCARDED =
            Signal.of("update.discarded", "updates", Signal.Direction.UP, Signal.Scale.LINEAR);

    private final Monitor monitor;
    private final CallbackThreads threads;
    private final Announcer announcer;
    private final History history;
    private final IncidentTracker tracker;
    private final Set<String> quarantinedDetectors = new HashSet<>();
    private @Nullable Diagnoser diagnoser;
    private @Nullable StepKey last;
    private Observation shown = Observation.of(StepKey.START, Map.of());
    private List<Finding> said = List.of();

    Session(SessionBuilder builder) {
        monitor = builder.monitor();
        Diagnoser chosen = builder.diagnoser();
        diagnoser = monitor.profile().map(chosen::comparedWith).orElse(chosen);
        RunMemory memory = builder.memory;
        threads = new CallbackThreads(builder.runId, builder.callbacks.executor());
        announcer =
                new Announcer(
                        builder.runId,
                        builder.clock,
                        builder.listeners,
                        builder.callbacks,
                        threads);
        history =
                new History(
                        builder.config.incidents().historyWindow(),
                        memory.recent(),
                        monitor.profile());
        tracker =
                new IncidentTracker(
                        builder.config,
                        new PolicyChain(builder.policies(), memory.quarantined().keySet()),
                        this::diagnose,
                        builder.run,
                        announcer,
                        history,
                        new Consent(builder.mode, threads),
                        memory);
        memory.quarantined().forEach(this::quarantineAgain);
    }

    private void quarantineAgain(String component, String reason) {
        if (component.equals(DIAGNOSER)) {
            diagnoser = null;
        } else if (component.startsWith(DETECTOR)) {
            String id = component.substring(DETECTOR.length());
            monitor.quarantine(id, reason);
            quarantinedDetectors.add(id);
        }
    }

    /**
     * Begins with the standard monitor (one false alarm per ten thousand steps), diagnoser and
     * policies, the default configuration and the system's clock.
     *
     * @return a builder
     */
    public static SessionBuilder builder() {
        return new SessionBuilder();
    }

    /**
     * Judges an executed step, none of whose updates were discarded.
     *
     * @param observation what the step showed
     * @return what to do before the next step
     */
    public Decision observe(Observation observation) {
        return observe(observation, 0);
    }

    /**
     * Judges an executed step. An action of the last decision that {@link #acted} was not called
     * for counts as carried out, with the run going on where this observation shows it.
     *
     * @param observation what the step showed
     * @param updatesDiscarded how many of its updates were kept from the weights for not being
     *     finite, at least 0. A discarded update is an alarm by itself, whether a detector sees it
     *     or not
     * @return what to do before the next step
     */
    public Decision observe(Observation observation, int updatesDiscarded) {
        return observe(observation, updatesDiscarded, List.of());
    }

    /** Judges a step about which the driver itself has something to say. */
    Decision observe(Observation observation, int updatesDiscarded, List<Finding> ofDriver) {
        StepKey key = observation.key();
        if (updatesDiscarded < 0) {
            throw new IllegalArgumentException(
                    "updatesDiscarded: must be >= 0, was " + updatesDiscarded);
        }
        if (tracker.pending().isPresent()) {
            acted(new StepKey(key.attempt(), Math.max(0, key.step() - 1), key.incarnation()));
        }
        return judged(observation, seen(observation, updatesDiscarded, ofDriver));
    }

    /**
     * Takes in a step that was executed while a decided action is on its way to the loop. Nothing
     * is decided about it.
     */
    void meanwhile(Observation observation, int updatesDiscarded) {
        seen(observation, updatesDiscarded, List.of());
        tracker.meanwhile();
    }

    /**
     * Records that the decided action was not carried out and will not be: it was advice, nothing
     * is verified, and its incident is only watched from now on.
     *
     * @param reason why
     * @throws IllegalStateException when no action is pending
     */
    void declined(String reason) {
        tracker.declined(last == null ? StepKey.START : last, reason);
    }

    /** Says that an incident that is only watched has become another one: the loop has stopped. */
    void reconsider() {
        tracker.reconsider();
    }

    private List<Finding> seen(
            Observation observation, int updatesDiscarded, List<Finding> ofDriver) {
        StepKey key = observation.key();
        last = key;
        List<Finding> findings = new ArrayList<>(notOfOwnDoing(monitor.inspect(observation)));
        findings.addAll(ofDriver);
        if (updatesDiscarded > 0) {
            findings.add(discarded(observation, updatesDiscarded));
        }
        history.add(observation);
        announcer.announce(
                key,
                (runId, at, time) ->
                        new RftEvent.StepCompleted(
                                runId,
                                at,
                                time,
                                observation,
                                List.copyOf(findings),
                                updatesDiscarded));
        reportQuarantinedDetectors(key);
        return findings;
    }

    /** What supervision itself has turned is no news to it, and no failure. */
    private List<Finding> notOfOwnDoing(List<Finding> findings) {
        if (!tracker.turnedLearningRate()) {
            return findings;
        }
        Verdict own = Verdict.notEvaluated("supervision has turned the learning rate itself");
        return findings.stream()
                .map(
                        finding ->
                                finding.verdict() instanceof Verdict.Violated alarm
                                                && alarm.evidence()
                                                        .signal()
                                                        .equals(Signals.LEARNING_RATE)
                                        ? new Finding(
                                                finding.detector(), finding.evidenceClass(), own)
                                        : finding)
                .toList();
    }

    /**
     * Judges a step that threw instead of showing anything. The failure is an alarm, a broken
     * invariant of the infrastructure; what is decided has to bring the loop back into a known
     * state, and any decision but a restart, a rollback or a halt cannot.
     *
     * @param key the step
     * @param failure what it threw
     * @return what to do before the next step
     */
    public Decision stepFailed(StepKey key, Throwable failure) {
        return stepFailed(key, Objects.requireNonNull(failure, "failure").toString());
    }

    /** The same for one of which words say all that there is. */
    Decision stepFailed(StepKey key, String failure) {
        if (tracker.pending().isPresent()) {
            acted(new StepKey(key.attempt(), Math.max(0, key.step() - 1), key.incarnation()));
        }
        last = key;
        Observation nothing = Observation.of(key, Map.of());
        history.add(nothing);
        Evidence evidence =
                Evidence.of(FAILURES, 1, "0: " + failure).since(key.step()).asInvariant();
        return judged(
                nothing,
                List.of(
                        new Finding(
                                FAILED_STEP,
                                EvidenceClass.INFRASTRUCTURE,
                                Verdict.violated(evidence))));
    }

    /**
     * Records that the decided action could not be carried out: it had no effect.
     *
     * @param failure what it threw
     * @return what to do instead
     * @throws IllegalStateException when no action of an incident is pending
     */
    public Decision actionFailed(Throwable failure) {
        Objects.requireNonNull(failure, "failure");
        if (tracker.pending().isEmpty()) {
            throw new IllegalStateException("actionFailed: no action is pending");
        }
        return tracker.failed(shown, said, failure.toString());
    }

    private Decision judged(Observation observation, List<Finding> findings) {
        shown = observation;
        said = List.copyOf(findings);
        Decision decision = tracker.judge(observation, said);
        if (!decision.note().isEmpty()) {
            LOG.info(
                    "step {}: {}: {}",
                    observation.key(),
                    decision.action().name(),
                    decision.note());
        }
        return decision;
    }

    /**
     * Records that the decided action was carried out.
     *
     * @param resumesAfter the step after which the run goes on: the present one, or the restored
     *     one in a new attempt
     * @throws IllegalStateException when the last decision was to continue, or was recorded already
     */
    public void acted(StepKey resumesAfter) {
        Objects.requireNonNull(resumesAfter, "resumesAfter");
        StepKey key = last;
        if (key == null) {
            throw new IllegalStateException("acted: no step was observed yet");
        }
        tracker.acted(key, resumesAfter);
    }

    /** Returns the run's incidents so far, in order; an open one is the last. */
    public List<Incident> incidents() {
        return tracker.incidents();
    }

    /** Returns how many calls of listeners have thrown. */
    public int listenerFailures() {
        return announcer.failures();
    }

    /** Returns the factor by which a repair is being relaxed, 1 when none is on probation. */
    double relaxing() {
        return tracker.relaxing();
    }

    Announcer announcer() {
        return announcer;
    }

    /**
     * Waits for the listeners, at most as long as {@link Callbacks#patience} says, and ends the
     * threads that called them. A session that is not closed keeps no thread for long either.
     */
    @Override
    public void close() {
        announcer.drain();
        threads.close();
    }

    private static Finding discarded(Observation observation, int updatesDiscarded) {
        // A diagnosis reads signals: show the value that was not finite, where the loop reports it.
        Evidence evidence =
                observation.step().values().entrySet().stream()
                        .filter(entry -> !Double.isFinite(entry.getValue()))
                        .findFirst()
                        .map(entry -> Evidence.of(entry.getKey(), entry.getValue(), "finite"))
                        .orElseGet(() -> Evidence.of(DISCARDED, updatesDiscarded, "0"));
        return new Finding(
                UPDATE_GATE, EvidenceClass.GRADIENT, Verdict.violated(evidence.asInvariant()));
    }

    private Diagnosis diagnose(StepKey key, List<Finding> findings) {
        Optional<Diagnosis> hang = Hangs.diagnosis(findings);
        if (hang.isPresent()) {
            return hang.get();
        }
        Diagnoser present = diagnoser;
        if (present == null) {
            return Diagnosis.unknown();
        }
        try {
            return Objects.requireNonNull(
                    present.diagnose(List.copyOf(findings), history.all()), "diagnosis");
        } catch (RuntimeException e) {
            diagnoser = null;
            LOG.error("the diagnoser failed; causes are unknown from now on", e);
            quarantined(key, DIAGNOSER, e.toString());
            return Diagnosis.unknown();
        }
    }

    private void reportQuarantinedDetectors(StepKey key) {
        monitor.quarantined()
                .forEach(
                        (id, reason) -> {
                            if (quarantinedDetectors.add(id)) {
                                quarantined(key, DETECTOR + id, reason);
                            }
                        });
    }

    private void quarantined(StepKey key, String component, String reason) {
        announcer.announce(
                key,
                (runId, at, time) ->
                        new RftEvent.ComponentQuarantined(runId, at, time, component, reason));
    }
}
