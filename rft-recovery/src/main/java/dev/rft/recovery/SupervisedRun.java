package dev.rft.recovery;

import dev.rft.api.control.Capability;
import dev.rft.api.control.TrainingLoop;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.Monitor;
import dev.rft.monitor.Verdict;
import dev.rft.recovery.event.RftEvent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run from its first step to its end. */
final class SupervisedRun {

    private static final Logger LOG = LoggerFactory.getLogger(SupervisedRun.class);

    private final String runId;
    private final TrainingLoop loop;
    private final Session session;
    private final SnapshotRing ring;
    private final RecoveryConfig config;
    private final ActionExecutor executor;
    private final GatedSteps gated;
    private final HangWatch watch;
    private final Mode mode;
    private final @Nullable StoredSnapshots stored;

    private StepKey key;
    private long executedSteps;
    private long snapshotFailures;
    private int sinceSnapshot;
    private boolean resumed;
    private boolean incidentOpen;

    SupervisedRun(
            String runId,
            TrainingLoop loop,
            Monitor monitor,
            Session session,
            SnapshotRing ring,
            @Nullable StoredSnapshots stored,
            RecoveryConfig config,
            Waits waits,
            BatchGate batchGate,
            StepKey start,
            HangWatch watch,
            Mode mode) {
        this.runId = runId;
        this.loop = loop;
        this.session = session;
        this.ring = ring;
        this.stored = stored;
        this.config = config;
        this.executor =
                new ActionExecutor(
                        loop,
                        monitor,
                        ring,
                        session.announcer(),
                        config,
                        waits,
                        session.relaxing());
        this.gated = new GatedSteps(loop, batchGate, mode, session.announcer());
        this.key = start;
        this.watch = watch;
        this.mode = mode;
    }

    /**
     * Continues an earlier life of the run.
     *
     * @param entry the stored snapshot to go on from, which the ring owns
     */
    void resume(SnapshotRing.Entry entry) {
        executor.resume(entry);
        resumed = true;
    }

    RunReport drive(long steps) {
        tellOfStore();
        try {
            return trained(steps);
        } catch (RuntimeException e) {
            if (interrupted(e)) {
                Thread.currentThread().interrupt();
                return finish(false, "interrupted");
            }
            throw new TrainingFailedException(finish(false, "the training loop failed: " + e), e);
        } catch (Error e) {
            finish(false, "the training loop failed: " + e);
            throw e;
        }
    }

    private RunReport trained(long steps) {
        if (keepsSnapshots() && !resumed) {
            executor.snapshot(key, true, true);
        }
        while (key.step() < steps) {
            if (Thread.currentThread().isInterrupted()) {
                snapshotAtTheEnd();
                return finish(false, "interrupted");
            }
            Optional<RecoveryAction.Halt> halt = step();
            ring.settle();
            tellOfStore();
            if (halt.isPresent()) {
                return finish(false, halt.get().reason() + "; the state is that of step " + key);
            }
        }
        snapshotAtTheEnd();
        return finish(true, "reached step " + steps);
    }

    /** Executes one step and what it gives cause to. Returns why to stop, if so. */
    private Optional<RecoveryAction.Halt> step() {
        StepKey next = key.next();
        long discardedBefore = gated.discarded();
        Observation observation;
        watch.began(next);
        try {
            observation = gated.execute(key, next);
        } catch (RuntimeException e) {
            return failed(next, e);
        } finally {
            watch.ended();
        }
        if (!observation.key().equals(next)) {
            throw new IllegalStateException(
                    "observation key: must be " + next + ", was " + observation.key());
        }
        key = next;
        executedSteps++;
        Decision decision =
                session.observe(observation, (int) (gated.discarded() - discardedBefore));
        decision.verified().ifPresent(executor::settle);
        incidentOpen = decision.incident().isPresent();
        decision.incident()
                .ifPresentOrElse(incident -> during(incident, next), () -> healthy(decision));
        return act(decision, next, null);
    }

    /**
     * Deals with a step that threw, or that the watchdog has interrupted. Returns why to stop, if
     * so.
     */
    private Optional<RecoveryAction.Halt> failed(StepKey next, RuntimeException thrown) {
        Duration hung = watch.ended();
        // The watchdog's interrupt is none of the run's: it must not end it as one.
        RuntimeException failure =
                hung == null
                        ? thrown
                        : new IllegalStateException(
                                "step " + next + " hung, was interrupted, and cannot be undone",
                                thrown);
        boolean goesBack =
                can(Capability.SNAPSHOT) && ring.newestGoodBefore(next.step()).isPresent();
        // Without a snapshot a restart is only enough while the weights are whole.
        boolean torn = gated.applying() && !goesBack;
        boolean stuck = !can(Capability.RESTART) && !goesBack;
        boolean hopeless = hung == null && (interrupted(failure) || stuck);
        if (hopeless || torn) {
            throw failure;
        }
        LOG.error("step {} failed", next, failure);
        Decision decision;
        if (hung == null) {
            decision = session.stepFailed(next, failure);
        } else {
            executedSteps++;
            decision =
                    session.observe(
                            Hangs.observation(runId, next, hung),
                            0,
                            List.of(Hangs.finding(next, hung)));
        }
        incidentOpen = true;
        decision.verified().ifPresent(executor::settle);
        decision.incident().ifPresent(incident -> during(incident, next));
        Optional<RecoveryAction.Halt> halt = act(decision, next, failure);
        if (halt.isPresent() && hung == null && !can(Capability.RESTART)) {
            throw failure; // the state is whole again, and the loop still throws
        }
        return halt;
    }

    private static boolean interrupted(RuntimeException e) {
        return e.getCause() instanceof InterruptedException;
    }

    private void during(Incident incident, StepKey judged) {
        // On thin evidence nothing is dropped: a false alarm with an early onset would empty the
        // ring.
        if (incident.allowsDestructive()) {
            executor.demoteFrom(judged, incident.onset());
        } else if (incident.attempts().isEmpty()) {
            // A suspicion may last for long: candidates are taken, and none is proven by it.
            snapshotWhenDue(false);
        }
    }

    /** A step at which no detector could look proves nothing. */
    private void healthy(Decision decision) {
        if (decision.findings().stream()
                .anyMatch(finding -> finding.verdict() instanceof Verdict.Healthy)) {
            for (StepKey proven : ring.healthyStep()) {
                announce((run, at, time) -> new RftEvent.SnapshotVerified(run, at, time, proven));
            }
        }
        if (decision.action() instanceof RecoveryAction.Continue) {
            snapshotWhenDue(true);
        } else {
            // Not between a decision and its execution: who resumes from there has done it by half.
            sinceSnapshot++;
        }
    }

    private void snapshotWhenDue(boolean resumable) {
        sinceSnapshot++;
        if (sinceSnapshot >= config.snapshots().every() && keepsSnapshots()) {
            executor.snapshot(key, false, resumable);
            sinceSnapshot = 0;
        }
    }

    /**
     * Carries out what was decided, and what is decided instead when that fails.
     *
     * @param first the decision
     * @param judged the step that it was made about
     * @param failure what has left the loop in an unknown state, null when it is in a known one
     * @return why to stop, if so
     */
    private Optional<RecoveryAction.Halt> act(
            Decision first, StepKey judged, @Nullable RuntimeException failure) {
        Decision decision = first;
        RuntimeException unknown = failure;
        while (true) {
            RecoveryAction action = decision.action();
            if (unknown != null && !restores(action)) {
                throw unknown;
            }
            if (action instanceof RecoveryAction.Continue) {
                return Optional.empty();
            }
            try {
                return carriedOut(decision, judged, unknown != null);
            } catch (RuntimeException e) {
                if (interrupted(e) || action instanceof RecoveryAction.Halt) {
                    throw e;
                }
                LOG.error("{} could not be carried out after step {}", action.name(), key, e);
                unknown = action.destructive() ? e : unknown;
                decision = session.actionFailed(e);
                decision.verified().ifPresent(executor::settle);
            }
        }
    }

    private Optional<RecoveryAction.Halt> carriedOut(
            Decision decision, StepKey judged, boolean stepFailed) {
        RecoveryAction action = decision.action();
        StepKey resumesAfter = key;
        if (decision.incident().isPresent()) {
            resumesAfter = executor.execute(action, decision.incident().get(), key, judged);
        } else {
            executor.relax(action.learningRateChange());
        }
        if (stepFailed && resumesAfter.equals(key)) {
            // The same step is executed once more, without a snapshot: under a key of its own.
            resumesAfter = key.rolledBackTo(key.step());
        }
        session.acted(resumesAfter);
        sinceSnapshot = resumesAfter.equals(key) ? sinceSnapshot : 0;
        key = resumesAfter;
        return action instanceof RecoveryAction.Halt halt ? Optional.of(halt) : Optional.empty();
    }

    /**
     * Where a run ends, the next one goes on. Without a store there is no next one; during an
     * incident, and after a halt, it goes on from what was stored before.
     */
    private void snapshotAtTheEnd() {
        if (stored != null && sinceSnapshot > 0 && !incidentOpen && keepsSnapshots()) {
            ring.flush();
            executor.snapshot(key, false, true);
            sinceSnapshot = 0;
        }
    }

    private void tellOfStore() {
        if (stored == null) {
            return;
        }
        for (StoredSnapshots.Notice notice : stored.notices()) {
            if (notice.failure().isPresent()) {
                snapshotFailures++;
                String reason = notice.failure().get();
                announce(
                        (run, at, time) ->
                                new RftEvent.SnapshotFailed(
                                        run, at, time, notice.snapshot(), reason));
            } else {
                announce(
                        (run, at, time) ->
                                new RftEvent.SnapshotStored(run, at, time, notice.snapshot()));
            }
        }
    }

    /** Tells whether an action leaves the loop in a known state whatever state it was in. */
    private static boolean restores(RecoveryAction action) {
        return action instanceof RecoveryAction.Restart
                || action instanceof RecoveryAction.Halt
                || action instanceof RecoveryAction.Rollback;
    }

    private RunReport finish(boolean completed, String reason) {
        ring.flush();
        tellOfStore();
        session.announcer()
                .finish(
                        key,
                        (run, at, time) ->
                                new RftEvent.RunFinished(run, at, time, completed, reason));
        return new RunReport(
                runId,
                key,
                completed,
                reason,
                session.incidents(),
                executedSteps,
                gated.discarded(),
                session.listenerFailures(),
                snapshotFailures);
    }

    /** In shadow mode nothing would ever be brought back, but by the next process. */
    private boolean keepsSnapshots() {
        return can(Capability.SNAPSHOT) && (stored != null || !(mode instanceof Mode.Shadow));
    }

    private boolean can(Capability capability) {
        return loop.capabilities().contains(capability);
    }

    private void announce(Announcer.Dated event) {
        session.announcer().announce(key, event);
    }
}
