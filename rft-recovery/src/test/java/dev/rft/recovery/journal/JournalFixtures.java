package dev.rft.recovery.journal;

import dev.rft.api.control.Knob;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.EvidenceClass;
import dev.rft.monitor.Finding;
import dev.rft.monitor.Verdict;
import dev.rft.monitor.diagnose.Cause;
import dev.rft.monitor.diagnose.Diagnosis;
import dev.rft.monitor.diagnose.NextCheck;
import dev.rft.recovery.Attempt;
import dev.rft.recovery.Incident;
import dev.rft.recovery.Outcome;
import dev.rft.recovery.RecoveryAction;
import dev.rft.recovery.event.RftEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An event of every kind. */
final class JournalFixtures {

    static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");
    static final StepKey KEY = new StepKey(1, 50, 2);

    static final Finding NAN =
            new Finding(
                    "not-finite",
                    EvidenceClass.GRADIENT,
                    Verdict.violated(
                            Evidence.of(Signals.GRAD_NORM, Double.NaN, "finite")
                                    .since(49)
                                    .asInvariant()));

    static final Incident INCIDENT =
            new Incident(
                    3,
                    KEY,
                    49,
                    List.of(NAN),
                    new Diagnosis(
                            List.of(
                                    new Diagnosis.Candidate(
                                            Cause.NON_FINITE,
                                            1,
                                            List.of("grad.norm \u221e"),
                                            List.of())),
                            Optional.of(
                                    new NextCheck(
                                            "look",
                                            Cause.NON_FINITE,
                                            "it is \u221e",
                                            Cause.OUTAGE,
                                            "it is not"))),
                    List.of(
                            attempt(
                                    new RecoveryAction.SetKnob(Knob.TEMPERATURE, 0.5),
                                    KEY,
                                    Outcome.NO_EFFECT,
                                    "again")),
                    List.of());

    private JournalFixtures() {}

    static Attempt attempt(RecoveryAction action, StepKey key, Outcome outcome, String reason) {
        return new Attempt(action, Cause.NON_FINITE, key, outcome, reason);
    }

    static List<RftEvent> events() {
        RecoveryAction rollback = new RecoveryAction.Rollback(49, 0.5);
        return List.of(
                new RftEvent.RunStarted("r", StepKey.START, TIME, 100, Map.of("seed", "7")),
                new RftEvent.RunResumed(
                        "r", new StepKey(0, 0, 1), TIME, StepKey.START, 100, Map.of("seed", "7")),
                new RftEvent.StepCompleted(
                        "r",
                        KEY,
                        TIME,
                        Observation.of(KEY, Map.of(Signals.GRAD_NORM, Double.POSITIVE_INFINITY)),
                        List.of(NAN),
                        1),
                new RftEvent.SnapshotTaken("r", KEY, TIME, 77),
                new RftEvent.SnapshotVerified("r", KEY, TIME, new StepKey(0, 40, 0)),
                new RftEvent.SnapshotsDemoted("r", KEY, TIME, List.of(new StepKey(0, 50, 0))),
                new RftEvent.IncidentOpened(
                        "r",
                        KEY,
                        TIME,
                        INCIDENT,
                        Map.of(Signals.GRAD_NORM, Double.NaN, Signals.REWARD_MEAN, 0.5)),
                new RftEvent.ActionDecided("r", KEY, TIME, 3, Cause.NON_FINITE, rollback),
                new RftEvent.ActionWithheld(
                        "r", KEY, TIME, 3, Cause.NON_FINITE, rollback, "shadow mode"),
                new RftEvent.ActionTaken("r", KEY, TIME, 3, rollback, new StepKey(2, 40, 2)),
                new RftEvent.ActionVerified(
                        "r",
                        KEY,
                        TIME,
                        3,
                        attempt(new RecoveryAction.Halt("enough"), KEY, Outcome.PENDING, "")),
                new RftEvent.IncidentClosed("r", KEY, TIME, INCIDENT),
                new RftEvent.ComponentQuarantined("r", KEY, TIME, "policy 1", "bug"),
                new RftEvent.HangSuspected(
                        "r", KEY, TIME, Duration.ofSeconds(61), Duration.ofMillis(1500)),
                new RftEvent.HangEnded("r", KEY, TIME, Duration.ofSeconds(62)),
                new RftEvent.EventsLost("r", KEY, TIME, "Slow", 12, "its queue was full"),
                new RftEvent.RunFinished("r", KEY, TIME, false, "halted"));
    }
}
