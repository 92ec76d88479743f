package dev.rft.recovery.event;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.Finding;
import dev.rft.monitor.diagnose.Cause;
import dev.rft.recovery.Attempt;
import dev.rft.recovery.Incident;
import dev.rft.recovery.RecoveryAction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Something that happened in a supervised run. Immutable. */
public sealed interface RftEvent extends EventCases {

    /** Returns the run. */
    String runId();

    /** Returns the executed step after which it happened. */
    StepKey key();

    /** Returns when it happened. */
    Instant time();

    /**
     * Tells whether it belongs to every healthy run. Such an event may be lost: a queue that is
     * full drops it first, and no file waits for the disk because of it.
     */
    default boolean routine() {
        return this instanceof StepCompleted
                || this instanceof SnapshotTaken
                || this instanceof SnapshotStored
                || this instanceof SnapshotVerified;
    }

    /**
     * The run began.
     *
     * @param runId the run
     * @param key the state it began from
     * @param time when
     * @param steps the step at which it is to end; 0 where that is not known
     * @param provenance what it was run with: versions, configuration, and what its user adds, such
     *     as seeds; copied
     */
    record RunStarted(
            String runId, StepKey key, Instant time, long steps, Map<String, String> provenance)
            implements RftEvent {

        /** Copies the map. */
        public RunStarted {
            provenance = Map.copyOf(provenance);
        }
    }

    /**
     * The run went on from a snapshot, after its process had ended. What was told of later steps is
     * superseded: they are executed again.
     *
     * @param runId the run
     * @param key the state it goes on from, under the new incarnation
     * @param time when
     * @param from the snapshot's step, as it was told when it was taken
     * @param steps the step at which it is to end; 0 where that is not known
     * @param provenance as in {@link RunStarted}; copied
     */
    record RunResumed(
            String runId,
            StepKey key,
            Instant time,
            StepKey from,
            long steps,
            Map<String, String> provenance)
            implements RftEvent {

        /** Copies the map. */
        public RunResumed {
            Objects.requireNonNull(from, "from");
            provenance = Map.copyOf(provenance);
        }
    }

    /**
     * A step was executed and judged.
     *
     * @param runId the run
     * @param key the step
     * @param time when
     * @param observation what it showed
     * @param findings the verdicts
     * @param updatesDiscarded how many of its updates the gate kept from the weights
     */
    record StepCompleted(
            String runId,
            StepKey key,
            Instant time,
            Observation observation,
            List<Finding> findings,
            int updatesDiscarded)
            implements RftEvent {}

    /**
     * A snapshot was taken.
     *
     * @param runId the run
     * @param key the step whose end state it is
     * @param time when
     * @param bytes its size
     */
    record SnapshotTaken(String runId, StepKey key, Instant time, long bytes) implements RftEvent {}

    /**
     * A snapshot was written to the store and outlives the process from now on.
     *
     * @param runId the run
     * @param key the step after which that was known
     * @param time when
     * @param snapshot the step whose end state it is
     */
    record SnapshotStored(String runId, StepKey key, Instant time, StepKey snapshot)
            implements RftEvent {}

    /**
     * The store failed at a snapshot: it could not be written, changed or read. The run goes on
     * with the others.
     *
     * @param runId the run
     * @param key the step after which that was known
     * @param time when
     * @param snapshot the step whose end state it is
     * @param reason what failed, for a person
     */
    record SnapshotFailed(String runId, StepKey key, Instant time, StepKey snapshot, String reason)
            implements RftEvent {}

    /**
     * The steps after a snapshot proved healthy: it may be rolled back to.
     *
     * @param runId the run
     * @param key the step after which it was found good
     * @param time when
     * @param snapshot the step whose end state it is
     */
    record SnapshotVerified(String runId, StepKey key, Instant time, StepKey snapshot)
            implements RftEvent {}

    /**
     * Snapshots from the estimated onset on were dropped.
     *
     * @param runId the run
     * @param key the step after which they were dropped
     * @param time when
     * @param snapshots the steps whose end states they were
     */
    record SnapshotsDemoted(String runId, StepKey key, Instant time, List<StepKey> snapshots)
            implements RftEvent {}

    /**
     * An incident began.
     *
     * @param runId the run
     * @param key the step that raised the alarm
     * @param time when
     * @param incident the incident
     * @param signals what that step measured; copied
     */
    record IncidentOpened(
            String runId, StepKey key, Instant time, Incident incident, Map<Signal, Double> signals)
            implements RftEvent {

        /** Copies the map. */
        public IncidentOpened {
            signals = Map.copyOf(signals);
        }
    }

    /**
     * An action was decided and charged to the budget; it is carried out next. One that no {@link
     * ActionTaken} follows was cut off by the end of the process.
     *
     * @param runId the run
     * @param key the step after which it was decided
     * @param time when
     * @param incident the incident's number
     * @param cause what it is charged to
     * @param action the action
     */
    record ActionDecided(
            String runId,
            StepKey key,
            Instant time,
            int incident,
            Cause cause,
            RecoveryAction action)
            implements RftEvent {}

    /**
     * An action would have been decided, and was not carried out: the run is in shadow mode, or its
     * adviser declined. Nothing more is decided in that incident.
     *
     * @param runId the run
     * @param key the step after which it would have been
     * @param time when
     * @param incident the incident's number
     * @param cause what it would have been charged to
     * @param action the action, never verified
     * @param reason why it was not
     */
    record ActionWithheld(
            String runId,
            StepKey key,
            Instant time,
            int incident,
            Cause cause,
            RecoveryAction action,
            String reason)
            implements RftEvent {}

    /**
     * An action was carried out.
     *
     * @param runId the run
     * @param key the step after which it was carried out
     * @param time when
     * @param incident the incident's number
     * @param action the action
     * @param resumesAfter the step after which the run goes on
     */
    record ActionTaken(
            String runId,
            StepKey key,
            Instant time,
            int incident,
            RecoveryAction action,
            StepKey resumesAfter)
            implements RftEvent {}

    /**
     * The steps after an action were compared with the run before the onset.
     *
     * @param runId the run
     * @param key the step after which the outcome was known
     * @param time when
     * @param incident the incident's number
     * @param attempt the action and its outcome
     */
    record ActionVerified(String runId, StepKey key, Instant time, int incident, Attempt attempt)
            implements RftEvent {}

    /**
     * An incident ended: repaired ({@link Incident#repaired}), the run halted ({@link
     * Incident#halted}), or else gone by itself. One that is still open when the run ends has no
     * such event.
     *
     * @param runId the run
     * @param key the step after which it ended
     * @param time when
     * @param incident the incident with all its attempts
     */
    record IncidentClosed(String runId, StepKey key, Instant time, Incident incident)
            implements RftEvent {}

    /**
     * Something of the user's own threw and is not called any more.
     *
     * @param runId the run
     * @param key the step
     * @param time when
     * @param component what it was: {@code policy}, {@code detector too-long}
     * @param reason the exception in one line
     */
    record ComponentQuarantined(
            String runId, StepKey key, Instant time, String component, String reason)
            implements RftEvent {}

    /**
     * A step takes far longer than usual. It was not stopped: it may be slow and healthy.
     *
     * @param runId the run
     * @param key the step that is being executed
     * @param time when
     * @param elapsed how long it has taken so far
     * @param usual the usual time of a step
     */
    record HangSuspected(String runId, StepKey key, Instant time, Duration elapsed, Duration usual)
            implements RftEvent {}

    /**
     * A step under suspicion ended after all.
     *
     * @param runId the run
     * @param key the step
     * @param time when
     * @param elapsed how long it took
     */
    record HangEnded(String runId, StepKey key, Instant time, Duration elapsed)
            implements RftEvent {}

    /**
     * A listener did not get some events: its queue was full, or it could not write them.
     *
     * @param runId the run
     * @param key the last executed step
     * @param time when it was found
     * @param listener the listener
     * @param count how many events, at least 1
     * @param reason why
     */
    record EventsLost(
            String runId, StepKey key, Instant time, String listener, long count, String reason)
            implements RftEvent {}

    /**
     * The run ended.
     *
     * @param runId the run
     * @param key the step whose end state the loop is left in: the last executed one, or after a
     *     halt the one that was restored
     * @param time when
     * @param completed whether it reached its last step
     * @param reason why it ended
     */
    record RunFinished(String runId, StepKey key, Instant time, boolean completed, String reason)
            implements RftEvent {}
}
