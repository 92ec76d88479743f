package dev.rft.recovery.event;

import java.util.function.Function;

/** Tells the kinds of {@link RftEvent} apart. */
sealed interface EventCases permits RftEvent {

    /**
     * Applies the function of this event's case.
     *
     * @param onRunStarted for {@link RftEvent.RunStarted}
     * @param onRunResumed for {@link RftEvent.RunResumed}
     * @param onStepCompleted for {@link RftEvent.StepCompleted}
     * @param onSnapshotTaken for {@link RftEvent.SnapshotTaken}
     * @param onSnapshotStored for {@link RftEvent.SnapshotStored}
     * @param onSnapshotFailed for {@link RftEvent.SnapshotFailed}
     * @param onSnapshotVerified for {@link RftEvent.SnapshotVerified}
     * @param onSnapshotsDemoted for {@link RftEvent.SnapshotsDemoted}
     * @param onIncidentOpened for {@link RftEvent.IncidentOpened}
     * @param onActionDecided for {@link RftEvent.ActionDecided}
     * @param onActionWithheld for {@link RftEvent.ActionWithheld}
     * @param onActionTaken for {@link RftEvent.ActionTaken}
     * @param onActionVerified for {@link RftEvent.ActionVerified}
     * @param onIncidentClosed for {@link RftEvent.IncidentClosed}
     * @param onComponentQuarantined for {@link RftEvent.ComponentQuarantined}
     * @param onHangSuspected for {@link RftEvent.HangSuspected}
     * @param onHangEnded for {@link RftEvent.HangEnded}
     * @param onEventsLost for {@link RftEvent.EventsLost}
     * @param onRunFinished for {@link RftEvent.RunFinished}
     * @param <T> what the functions return
     * @return what the function of the case returns
     */
    default <T> T match(
            Function<RftEvent.RunStarted, T> onRunStarted,
            Function<RftEvent.RunResumed, T> onRunResumed,
            Function<RftEvent.StepCompleted, T> onStepCompleted,
            Function<RftEvent.SnapshotTaken, T> onSnapshotTaken,
            Function<RftEvent.SnapshotStored, T> onSnapshotStored,
            Function<RftEvent.SnapshotFailed, T> onSnapshotFailed,
            Function<RftEvent.SnapshotVerified, T> onSnapshotVerified,
            Function<RftEvent.SnapshotsDemoted, T> onSnapshotsDemoted,
            Function<RftEvent.IncidentOpened, T> onIncidentOpened,
            Function<RftEvent.ActionDecided, T> onActionDecided,
            Function<RftEvent.ActionWithheld, T> onActionWithheld,
            Function<RftEvent.ActionTaken, T> onActionTaken,
            Function<RftEvent.ActionVerified, T> onActionVerified,
            Function<RftEvent.IncidentClosed, T> onIncidentClosed,
            Function<RftEvent.ComponentQuarantined, T> onComponentQuarantined,
            Function<RftEvent.HangSuspected, T> onHangSuspected,
            Function<RftEvent.HangEnded, T> onHangEnded,
            Function<RftEvent.EventsLost, T> onEventsLost,
            Function<RftEvent.RunFinished, T> onRunFinished) {
        if (this instanceof RftEvent.RunStarted event) {
            return onRunStarted.apply(event);
        }
        if (this instanceof RftEvent.RunResumed event) {
            return onRunResumed.apply(event);
        }
        if (this instanceof RftEvent.StepCompleted event) {
            return onStepCompleted.apply(event);
        }
        if (this instanceof RftEvent.SnapshotTaken event) {
            return onSnapshotTaken.apply(event);
        }
        if (this instanceof RftEvent.SnapshotStored event) {
            return onSnapshotStored.apply(event);
        }
        if (this instanceof RftEvent.SnapshotFailed event) {
            return onSnapshotFailed.apply(event);
        }
        if (this instanceof RftEvent.SnapshotVerified event) {
            return onSnapshotVerified.apply(event);
        }
        if (this instanceof RftEvent.SnapshotsDemoted event) {
            return onSnapshotsDemoted.apply(event);
        }
        if (this instanceof RftEvent.IncidentOpened event) {
            return onIncidentOpened.apply(event);
        }
        if (this instanceof RftEvent.ActionDecided event) {
            return onActionDecided.apply(event);
        }
        if (this instanceof RftEvent.ActionWithheld event) {
            return onActionWithheld.apply(event);
        }
        if (this instanceof RftEvent.ActionTaken event) {
            return onActionTaken.apply(event);
        }
        if (this instanceof RftEvent.ActionVerified event) {
            return onActionVerified.apply(event);
        }
        if (this instanceof RftEvent.IncidentClosed event) {
            return onIncidentClosed.apply(event);
        }
        if (this instanceof RftEvent.ComponentQuarantined event) {
            return onComponentQuarantined.apply(event);
        }
        if (this instanceof RftEvent.HangSuspected event) {
            return onHangSuspected.apply(event);
        }
        if (this instanceof RftEvent.HangEnded event) {
            return onHangEnded.apply(event);
        }
        if (this instanceof RftEvent.EventsLost event) {
            return onEventsLost.apply(event);
        }
        return onRunFinished.apply((RftEvent.RunFinished) this);
    }
}
