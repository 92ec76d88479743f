package dev.rft.recovery;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.diagnose.Cause;
import dev.rft.recovery.event.RftEvent;

/** Tells what happens about incidents. The key is that of the step after which it happened. */
final class IncidentEvents {

    private final Announcer announcer;

    IncidentEvents(Announcer announcer) {
        this.announcer = announcer;
    }

    void opened(Observation observation, Incident incident) {
        announcer.announce(
                observation.key(),
                (runId, at, time) ->
                        new RftEvent.IncidentOpened(
                                runId, at, time, incident, observation.step().values()));
    }

    void decided(StepKey key, Incident incident, Cause cause, RecoveryAction action) {
        announcer.announce(
                key,
                (runId, at, time) ->
                        new RftEvent.ActionDecided(
                                runId, at, time, incident.number(), cause, action));
    }

    void withheld(StepKey key, Incident incident, RecoveryAction action, String why) {
        announcer.announce(
                key,
                (runId, at, time) ->
                        new RftEvent.ActionWithheld(
                                runId,
                                at,
                                time,
                                incident.number(),
                                incident.diagnosis().cause(),
                                action,
                                why));
    }

    void taken(StepKey key, int incident, RecoveryAction action, StepKey resumesAfter) {
        announcer.announce(
                key,
                (runId, at, time) ->
                        new RftEvent.ActionTaken(runId, at, time, incident, action, resumesAfter));
    }

    void verified(StepKey key, int incident, Attempt attempt) {
        announcer.announce(
                key,
                (runId, at, time) ->
                        new RftEvent.ActionVerified(runId, at, time, incident, attempt));
    }

    void closed(StepKey key, Incident incident) {
        announcer.announce(
                key, (runId, at, time) -> new RftEvent.IncidentClosed(runId, at, time, incident));
    }

    void quarantined(StepKey key, String component, String reason) {
        announcer.announce(
                key,
                (runId, at, time) ->
                        new RftEvent.ComponentQuarantined(runId, at, time, component, reason));
    }
}
