package dev.rft.recovery;

import dev.rft.api.control.Capability;
import dev.rft.api.control.Knob;
import dev.rft.api.control.TrainingLoop;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.Monitor;
import dev.rft.recovery.event.RftEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out actions on a loop, its snapshots and its monitor, at a step boundary. */
final class ActionExecutor {

    private static final Logger LOG = LoggerFactory.getLogger(ActionExecutor.class);

    private final TrainingLoop loop;
    private final Monitor monitor;
    private final SnapshotRing ring;
    private final Announcer announcer;
    private final RecoveryConfig config;
    private final Waits waits;
    private final Repairs repairs = new Repairs();

    /** The factor by which a repair is being relaxed; 1 when none is on probation. */
    private double relaxing;

    /**
     * Makes one.
     *
     * @param relaxing the factor by which an earlier life of the run was relaxing a repair; 1 when
     *     none was on probation
     */
    ActionExecutor(
            TrainingLoop loop,
            Monitor monitor,
            SnapshotRing ring,
            Announcer announcer,
            RecoveryConfig config,
            Waits waits,
            double relaxing) {
        this.loop = loop;
        this.monitor = monitor;
        this.ring = ring;
        this.announcer = announcer;
        this.config = config;
        this.waits = waits;
        this.relaxing = relaxing;
    }

    /** Takes a snapshot of the loop and of what supervision knows. */
    void snapshot(StepKey key, boolean good, boolean resumable) {
        SnapshotRing.Entry entry;
        try {
            List<SupervisionState.Mark> marks = new ArrayList<>(ring.marks());
            marks.add(new SupervisionState.Mark(key, 0, good, resumable));
            SupervisionState state = new SupervisionState(monitor.save(), repairs.kept(), marks);
            entry = new SnapshotRing.Entry(key, loop.snapshot(), state, resumable);
        } catch (RuntimeException e) {
            // A run without a new snapshot is worse off than one with it, and better off than none.
            LOG.error("no snapshot could be taken of step {}; the run goes on", key, e);
            return;
        }
        // Told before it can be in the store: a run that is resumed from it knows of it.
        announcer.announce(
                key,
                (runId, at, time) ->
                        new RftEvent.SnapshotTaken(runId, at, time, entry.loop().bytes()));
        ring.add(entry, good);
    }

    /** Brings back the state that an earlier life of the run left. */
    void resume(SnapshotRing.Entry entry) {
        monitor.restore(entry.state().monitor());
        loop.restore(entry.loop());
        repairs.resume(entry.state().repairs());
    }

    /** Drops the snapshots of a failure. */
    void demoteFrom(StepKey key, long step) {
        List<StepKey> dropped = ring.dropFrom(step);
        if (!dropped.isEmpty()) {
            announcer.announce(
                    key,
                    (runId, at, time) -> new RftEvent.SnapshotsDemoted(runId, at, time, dropped));
        }
    }

    /** Keeps what the judged action changed, or undoes it. */
    void settle(Attempt attempt) {
        boolean helped = attempt.outcome() == Outcome.HELPED;
        double factor = relaxing;
        relaxing = 1;
        if (factor == 1) {
            repairs.settle(loop, helped);
        } else if (!helped) {
            repairs.keep(loop, scaled(1 / factor));
        }
    }

    /** Turns the learning rate of a repair back up, on probation. */
    void relax(double factor) {
        repairs.keep(loop, scaled(factor));
        relaxing = factor;
    }

    /**
     * Carries out an action.
     *
     * @param action the action
     * @param incident its incident, with this action as the last attempt
     * @param key the step whose end the loop is at
     * @param judged the step that it was decided about: that one, or the next, which threw
     * @return the step after which the run goes on
     */
    StepKey execute(RecoveryAction action, Incident incident, StepKey key, StepKey judged) {
        return action.match(
                go -> key,
                skip -> key, // the gate has already kept the update from the weights
                mask -> key, // likewise
                inPlace -> {
                    waits.delay(restartDelay(config, incident));
                    loop.restart();
                    return key;
                },
                scale -> turned(key, scaled(scale.factor())),
                set -> turned(key, new Repairs.Change(set.knob(), false, set.value())),
                rollback -> {
                    waits.delay(retryDelay(incident));
                    StepKey restored = restore(rollback.onset(), incident, key, judged);
                    return rollback.learningRateFactor() == 1
                            ? restored
                            : turned(restored, scaled(rollback.learningRateFactor()));
                },
                reset -> {
                    StepKey restored = restore(incident.onset(), incident, key, judged);
                    loop.resetOptimizer();
                    incident.lastFailedFactor()
                            .ifPresent(factor -> repairs.attempt(loop, scaled(factor)));
                    return restored;
                },
                reference -> {
                    loop.resetReference();
                    return key;
                },
                restart -> {
                    waits.delay(restartDelay(config, incident));
                    loop.restart();
                    return restore(restart.onset(), incident, key, judged);
                },
                pause -> {
                    waits.pause(pause.atMost(), config.outage().probeSeconds());
                    return key;
                },
                halt -> restore(incident.onset(), incident, key, judged));
    }

    /** Returns the seconds to wait before the restart that is an incident's last attempt. */
    static double restartDelay(RecoveryConfig config, Incident incident) {
        return delay(config, incident, RecoveryAction::restarts);
    }

    /** The same before a rollback: a step that threw is tried again more slowly each time. */
    private double retryDelay(Incident incident) {
        return incident.stepThrew()
                ? delay(config, incident, RecoveryAction.Rollback.class::isInstance)
                : 0;
    }

    private static double delay(
            RecoveryConfig config, Incident incident, Predicate<RecoveryAction> counted) {
        long made = incident.allAttempts().stream().map(Attempt::action).filter(counted).count();
        RecoveryConfig.Restarts patience = config.restarts();
        return made < 2
                ? 0
                : Waits.backoff(
                        patience.firstDelaySeconds(),
                        patience.maxDelaySeconds(),
                        Math.toIntExact(made) - 2);
    }

    private static Repairs.Change scaled(double factor) {
        return new Repairs.Change(Knob.LEARNING_RATE, true, factor);
    }

    private StepKey turned(StepKey key, Repairs.Change change) {
        repairs.attempt(loop, change);
        return key;
    }

    /**
     * Brings back the newest good state before an onset, if there is one; the run stays where it is
     * otherwise.
     */
    private StepKey restore(long onset, Incident incident, StepKey key, StepKey judged) {
        if (!loop.capabilities().contains(Capability.SNAPSHOT)) {
            return key;
        }
        Optional<SnapshotRing.Entry> newest =
                ring.loadNewestGoodBefore(Math.min(onset, incident.onset()));
        if (newest.isEmpty()) {
            return key;
        }
        SnapshotRing.Entry entry = newest.get();
        loop.restore(entry.loop());
        monitor.restore(entry.state().monitor());
        repairs.forget();
        repairs.reapply(loop, entry.state().repairs().size());
        // What comes after it belongs to a line of steps that is being left.
        demoteFrom(judged, entry.key().step() + 1);
        return key.rolledBackTo(entry.key().step());
    }
}
