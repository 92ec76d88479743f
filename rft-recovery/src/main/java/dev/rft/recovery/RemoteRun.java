package dev.rft.recovery;

import dev.rft.api.control.Capability;
import dev.rft.api.control.Knob;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.Monitor;
import dev.rft.recovery.event.RftEvent;
import dev.rft.recovery.event.RftListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Supervises training in another process, which is known by what it logs. Decisions are handed over
 * through a directory ({@code docs/run.md}); what the process does not answer was advice. Only what
 * the process says it can do is decided about it while it lives; when it has died, or hangs, it is
 * started again, as often as the configuration allows: the counts survive the process.
 *
 * <p>Whoever owns the process tells what happens to it and carries the returned {@link RemoteOrder}
 * out. Not thread-safe: one thread at a time.
 */
public final class RemoteRun implements AutoCloseable {

    private static final RemoteOrder GO_ON = new RemoteOrder.GoOn();

    private final String runId;
    private final RunMemory memory;
    private final RemoteSteps steps;
    private final Session session;
    private final RemoteOptions options;
    private final ControlDirectory control;
    private final RemoteDecisions decisions;
    private final RemoteCheckpoints checkpoints;
    private final HangWatch watch;
    private final RemoteStart starts;

    private RemoteOffer offer = RemoteOffer.NOTHING;

    /** Whether the process runs and moves, so that it can be told something. */
    private boolean alive;

    /** Whether the present hang was looked at, and nothing was to be done about it. */
    private boolean hangLeftAlone;

    private @Nullable String halted;
    private OptionalLong resumeAfter = OptionalLong.empty();
    private boolean restarting;

    /**
     * Begins a run that has not started its process yet.
     *
     * @param runId names the run in its events
     * @param monitor the detectors, which the run feeds and rewinds
     * @param listeners hear of every event, in this order
     * @param directory where the two processes speak to each other; made when it is missing, and
     *     cleared of an earlier run's files
     * @param start the state that the run begins from; its incarnation is above those of earlier
     *     runs with the same files
     * @param options how to supervise
     * @throws IOException when the directory cannot be written
     */
    public RemoteRun(
            String runId,
            Monitor monitor,
            List<RftListener> listeners,
            Path directory,
            StepKey start,
            RemoteOptions options)
            throws IOException {
        this(runId, monitor, listeners, directory, start, RunMemory.NONE, options);
    }

    /**
     * Goes on with a run after its supervisor has ended: with its budgets and its incidents, and
     * with what its steps have taught the detectors. Where the process goes on is its own business.
     *
     * @param monitor the detectors, which have seen nothing yet
     * @param listeners hear of every event, in this order
     * @param directory where the two processes speak to each other; made when it is missing, and
     *     cleared of the earlier run's files
     * @param earlier what is known of the run, which it names; see {@link RunMemory#ofLastStep}
     * @param options how to supervise
     * @throws IOException when the directory cannot be written
     */
    public RemoteRun(
            Monitor monitor,
            List<RftListener> listeners,
            Path directory,
            RunMemory earlier,
            RemoteOptions options)
            throws IOException {
        this(
                earlier.runId(),
                monitor,
                listeners,
                directory,
                earlier.resumesAfter(),
                earlier,
                options);
        earlier.recent().forEach(monitor::inspect);
    }

    private RemoteRun(
            String runId,
            Monitor monitor,
            List<RftListener> listeners,
            Path directory,
            StepKey start,
            RunMemory memory,
            RemoteOptions options)
            throws IOException {
        this.runId = Objects.requireNonNull(runId, "runId");
        this.memory = memory;
        Objects.requireNonNull(monitor, "monitor");
        this.options = Objects.requireNonNull(options, "options");
        steps = new RemoteSteps(runId, Objects.requireNonNull(start, "start"));
        control = new ControlDirectory(directory);
        checkpoints = new RemoteCheckpoints(monitor);
        SessionBuilder builder =
                Session.builder()
                        .runId(runId)
                        .monitor(monitor)
                        .config(options.config())
                        .policies(RecoveryPolicies.standard(options.config(), false))
                        .mode(options.mode())
                        .clock(options.clock())
                        .memory(memory)
                        .control(this::capabilities, this::knobs, checkpoints::newestBefore);
        listeners.forEach(builder::listener);
        session = builder.build();
        decisions = new RemoteDecisions(control, session, options);
        watch = new HangWatch(options.watchdog(), session.announcer());
        starts = new RemoteStart(options.watchdog());
    }

    private Set<Capability> capabilities() {
        // What is dead, or hangs, can do nothing but begin anew; that needs no consent of its own.
        return alive ? offer.capabilities() : Set.of(Capability.RESTART);
    }

    private Map<Knob, Double> knobs() {
        return alive ? offer.knobs() : Map.of();
    }

    /**
     * Tells that the run begins, or goes on.
     *
     * @param provenance what is to be known of it, beside versions and configuration
     */
    public void begin(Map<String, String> provenance) {
        Map<String, String> all = Provenance.of(options.config(), options.mode());
        all.putAll(provenance);
        announce(
                (run, at, time) ->
                        memory == RunMemory.NONE
                                ? new RftEvent.RunStarted(run, at, time, 0, all)
                                : new RftEvent.RunResumed(run, at, time, memory.from(), 0, all));
    }

    /**
     * Tells that the process was started, the first time or again.
     *
     * @throws UncheckedIOException when the directory cannot be cleared of what the last one left
     */
    public void started() {
        try {
            control.clear();
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
        if (restarting) {
            steps.wentBackTo(resumeAfter.orElse(last().step()));
            checkpoints.restored(resumeAfter);
        }
        restarting = false;
        steps.begun();
        alive = true;
        hangLeftAlone = false;
        starts.started();
    }

    /**
     * Takes in a step that the process has logged.
     *
     * @param logged what it showed; of its key the step counts alone
     * @return what to do with the process
     */
    public RemoteOrder observed(Observation logged) {
        if (!alive) {
            return GO_ON; // the last lines of a process that is being ended
        }
        watch.ended();
        starts.observed();
        hangLeftAlone = false;
        offer = control.offer();
        boolean goesBack = steps.goesBack(logged);
        if (decisions.waiting() && (goesBack || decisions.isDue())) {
            answered(goesBack);
        }
        Observation observation = steps.keyed(logged);
        checkpoints.offered(offer.checkpoints(), last().step());
        int discarded = discarded(observation);
        RemoteOrder order = GO_ON;
        if (decisions.holdsSession()) {
            session.meanwhile(observation, discarded);
            decisions.stepped();
        } else {
            decisions.stepped();
            order = follow(session.observe(observation, discarded), "");
        }
        if (order instanceof RemoteOrder.GoOn) {
            watch.began(last().next());
        }
        return order;
    }

    private static int discarded(Observation observation) {
        double count = observation.value(Session.DISCARDED).orElse(0.0);
        return count >= 1 && count <= 1_000_000 ? (int) count : 0;
    }

    /**
     * Lets time pass: answers are read, and hangs are noticed. To be called when there was nothing
     * else to tell for a moment.
     *
     * @return what to do with the process
     */
    public RemoteOrder idle() {
        if (!alive) {
            return GO_ON;
        }
        offer = control.offer();
        answered(true);
        watch.check();
        Duration elapsed = watch.suspected();
        if (elapsed == null) {
            elapsed = starts.overdue();
        }
        // In shadow mode the watchdog has told of it, and nothing more follows.
        boolean watched = hangLeftAlone || options.mode() instanceof Mode.Shadow;
        return elapsed == null || watched ? GO_ON : hung(elapsed);
    }

    private void answered(boolean caughtUp) {
        RemoteDecisions.Answer answer = decisions.answer(last(), caughtUp);
        if (answer == null) {
            return;
        }
        if (answer.wentBackTo().isPresent()) {
            steps.wentBackTo(answer.wentBackTo().getAsLong());
            checkpoints.restored(answer.wentBackTo());
        }
        if (answer.ofSession()) {
            session.acted(last());
            if (answer.action() instanceof RecoveryAction.Halt halt) {
                halted = halt.reason();
            }
        }
    }

    private RemoteOrder hung(Duration elapsed) {
        decisions.drop("the process hangs");
        alive = false;
        session.reconsider();
        StepKey key = last().next();
        Decision decision =
                session.observe(
                        Hangs.observation(runId, key, elapsed),
                        0,
                        List.of(Hangs.finding(key, elapsed)));
        RemoteOrder order = follow(decision, "the process hangs");
        if (order instanceof RemoteOrder.GoOn) {
            alive = true;
            hangLeftAlone = true;
            steps.taken(key); // the step itself, if it ends after all, is of another incarnation
        } else {
            watch.ended();
        }
        return order;
    }

    /**
     * Takes in that the process has ended by itself.
     *
     * @param code its exit code
     * @return how to go on; never {@link RemoteOrder.GoOn}
     */
    public RemoteOrder exited(int code) {
        watch.ended();
        String what = "the process ended with exit code " + code;
        decisions.drop(what + " before it answered");
        alive = false;
        String reason = halted;
        if (reason != null) {
            return new RemoteOrder.Stop(reason, false);
        }
        if (code == 0) {
            return new RemoteOrder.Stop("the process ended", false);
        }
        session.reconsider();
        StepKey failed = last().next();
        Decision decision = session.stepFailed(failed, what);
        RemoteOrder order = follow(decision, what);
        return order instanceof RemoteOrder.GoOn ? new RemoteOrder.Stop(what, false) : order;
    }

    /**
     * Carries out what this process can, and hands over the rest.
     *
     * @param decision the decision
     * @param end what has stopped the process; empty when it runs
     */
    private RemoteOrder follow(Decision decision, String end) {
        Incident incident = decision.incident().orElse(null);
        if (incident != null && incident.allowsDestructive()) {
            checkpoints.demoteFrom(incident.onset());
        }
        if (alive) {
            decision.verified().ifPresent(attempt -> decisions.undo(attempt, last()));
        }
        RecoveryAction action = decision.action();
        if (action instanceof RecoveryAction.Continue) {
            return GO_ON;
        }
        if (action instanceof RecoveryAction.Restart restart && incident != null) {
            return restart(restart, incident);
        }
        if (!alive) {
            session.acted(last().next());
            String why = action instanceof RecoveryAction.Halt halt ? halt.reason() : end;
            return new RemoteOrder.Stop(why, incident != null && hungLast(incident));
        }
        if (action instanceof RecoveryAction.SkipStep
                || action instanceof RecoveryAction.MaskTrajectories) {
            session.acted(last()); // the loop has done so before it logged the step
            return GO_ON;
        }
        decisions.hand(action, incident, last(), checkpoints, knobs());
        return GO_ON;
    }

    private static boolean hungLast(Incident incident) {
        return incident.findings().stream().anyMatch(f -> f.detector().equals(Hangs.WATCHDOG));
    }

    private RemoteOrder restart(RecoveryAction.Restart restart, Incident incident) {
        double seconds = ActionExecutor.restartDelay(options.config(), incident);
        double delay = Waits.jittered(seconds, options.jitter());
        resumeAfter = checkpoints.newestBefore(Math.min(restart.onset(), incident.onset()));
        restarting = true;
        alive = false;
        decisions.drop("the process is started again");
        return new RemoteOrder.Restart(Duration.ofMillis(Math.round(delay * 1e3)), resumeAfter);
    }

    /**
     * Tells that the run is over.
     *
     * @param completed whether the process ended well, by itself; one that was halted has not
     *     completed its run
     * @param reason why it is over
     */
    public void finish(boolean completed, String reason) {
        decisions.drop("the run is over");
        boolean whole = completed && halted == null;
        session.announcer()
                .finish(
                        last(),
                        (run, at, time) -> new RftEvent.RunFinished(run, at, time, whole, reason));
    }

    /** Returns the last step that the run has seen, or begun from. */
    public StepKey last() {
        return steps.last();
    }

    /** Returns the run's incidents so far, in order; an open one is the last. */
    public List<Incident> incidents() {
        return session.incidents();
    }

    private void announce(Announcer.Dated event) {
        session.announcer().announce(last(), event);
    }

    /** Waits for the listeners. */
    @Override
    public void close() {
        watch.close();
        session.close();
    }
}
