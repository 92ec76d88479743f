package dev.rft.recovery.journal;

import dev.rft.api.signal.StepKey;
import dev.rft.monitor.json.JsonFields;
import dev.rft.recovery.Attempt;
import dev.rft.recovery.Outcome;
import dev.rft.recovery.event.RftEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/** Reads what {@link EventWriter} writes. A field that it does not know is passed over. */
final class EventReader {

    private EventReader() {}

    /**
     * Reads an event.
     *
     * @throws IllegalArgumentException when a field is missing or is not what it should be
     */
    static RftEvent read(JsonFields event) {
        String name = event.text("event");
        String run = event.text("run");
        StepKey key = event.key();
        try {
            return read(name, run, key, Instant.parse(event.text("time")), event);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("time: " + e.getMessage(), e);
        }
    }

    private static RftEvent read(
            String name, String run, StepKey key, Instant time, JsonFields event) {
        return switch (name) {
            case "RunStarted" ->
                    new RftEvent.RunStarted(
                            run,
                            key,
                            time,
                            event.longInteger("steps"),
                            event.textMap("provenance"));
            case "RunResumed" ->
                    new RftEvent.RunResumed(
                            run,
                            key,
                            time,
                            event.object("from").key(),
                            event.longInteger("steps"),
                            event.textMap("provenance"));
            case "SnapshotTaken" ->
                    new RftEvent.SnapshotTaken(run, key, time, event.longInteger("bytes"));
            case "SnapshotStored" ->
                    new RftEvent.SnapshotStored(run, key, time, event.object("snapshot").key());
            case "SnapshotFailed" ->
                    new RftEvent.SnapshotFailed(
                            run, key, time, event.object("snapshot").key(), event.text("reason"));
            case "SnapshotVerified" ->
                    new RftEvent.SnapshotVerified(run, key, time, event.object("snapshot").key());
            case "SnapshotsDemoted" ->
                    new RftEvent.SnapshotsDemoted(
                            run, key, time, event.list("snapshots", JsonFields::key));
            case "ComponentQuarantined" ->
                    new RftEvent.ComponentQuarantined(
                            run, key, time, event.text("component"), event.text("reason"));
            case "HangSuspected" ->
                    new RftEvent.HangSuspected(
                            run, key, time, duration(event, "elapsed"), duration(event, "usual"));
            case "HangEnded" -> new RftEvent.HangEnded(run, key, time, duration(event, "elapsed"));
            case "EventsLost" ->
                    new RftEvent.EventsLost(
                            run,
                            key,
                            time,
                            event.text("listener"),
                            event.longInteger("count"),
                            event.text("reason"));
            case "RunFinished" ->
                    new RftEvent.RunFinished(
                            run, key, time, event.flag("completed"), event.text("reason"));
            default -> ofIncident(name, run, key, time, event);
        };
    }

    private static RftEvent ofIncident(
            String name, String run, StepKey key, Instant time, JsonFields event) {
        return switch (name) {
            case "IncidentOpened" ->
                    new RftEvent.IncidentOpened(
                            run, key, time, IncidentJson.read(event), event.signals("signals"));
            case "IncidentClosed" ->
                    new RftEvent.IncidentClosed(run, key, time, IncidentJson.read(event));
            case "ActionDecided" ->
                    new RftEvent.ActionDecided(
                            run,
                            key,
                            time,
                            event.integer("incident"),
                            IncidentJson.cause(event),
                            ActionJson.read(event));
            case "ActionWithheld" ->
                    new RftEvent.ActionWithheld(
                            run,
                            key,
                            time,
                            event.integer("incident"),
                            IncidentJson.cause(event),
                            ActionJson.read(event),
                            event.text("reason"));
            case "ActionTaken" ->
                    new RftEvent.ActionTaken(
                            run,
                            key,
                            time,
                            event.integer("incident"),
                            ActionJson.read(event),
                            event.object("resumesAfter").key());
            case "ActionVerified" ->
                    new RftEvent.ActionVerified(
                            run, key, time, event.integer("incident"), judged(event));
            default ->
                    throw new IllegalArgumentException("event: must be known, was '" + name + "'");
        };
    }

    private static Attempt judged(JsonFields event) {
        return new Attempt(
                ActionJson.read(event),
                IncidentJson.cause(event),
                event.object("after").key(),
                event.constant("outcome", Outcome.class),
                event.text("reason"));
    }

    private static Duration duration(JsonFields event, String name) {
        return Duration.parse(event.text(name));
    }
}
