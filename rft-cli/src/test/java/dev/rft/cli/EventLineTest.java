package dev.rft.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Help.Ansi;

class EventLineTest {

    private static final Instant NOW = Instant.EPOCH;
    private static final StepKey KEY = new StepKey(0, 87, 0);
    private static final RecoveryAction ROLLBACK = new RecoveryAction.Rollback(86, 0.033);

    @Test
    void of_incidentOpened_tellsEachAlarmAndTheDiagnosis() {
        assertThat(
                        lines(
                                new RftEvent.IncidentOpened(
                                        "run", KEY, NOW, incident("update-explosion"), Map.of())))
                .containsExactly(
                        "step    87  ALARM      update-explosion: update.norm = 1.2, expected <="
                                + " 0.08, since step 86",
                        "step    87  diagnosis  OD-1 step too large (94 %)");
    }

    @Test
    void of_rollback_tellsWhereTheRunGoesOn() {
        RftEvent taken =
                new RftEvent.ActionTaken("run", KEY, NOW, 1, ROLLBACK, new StepKey(1, 80, 0));

        assertThat(lines(taken))
                .containsExactly(
                        "step    87  action     Rollback to step 80, learning rate x 0.033");
    }

    @Test
    void of_actionVerified_tellsOutcomeAndReason() {
        Attempt attempt =
                new Attempt(ROLLBACK, Cause.KL_EXPLOSION, KEY, Outcome.HELPED, "reward is back");
        RftEvent verified =
                new RftEvent.ActionVerified("run", new StepKey(1, 98, 0), NOW, 1, attempt);

        assertThat(lines(verified))
                .containsExactly("step    98  verified   HELPED: reward is back");
    }

    @Test
    void of_incidentClosed_countsTheActions() {
        Incident incident =
                incident("d")
                        .with(
                                new Attempt(
                                        ROLLBACK,
                                        Cause.KL_EXPLOSION,
                                        KEY,
                                        Outcome.HELPED,
                                        "reward is back"));

        assertThat(lines(new RftEvent.IncidentClosed("run", KEY, NOW, incident)))
                .containsExactly("step    87  closed     incident 1 after 1 action");
    }

    @Test
    void of_quarantine_namesTheComponent() {
        assertThat(lines(new RftEvent.ComponentQuarantined("run", KEY, NOW, "policy", "no luck")))
                .containsExactly("step    87  broken     policy is not called any more: no luck");
    }

    @Test
    void of_demotedSnapshots_listsThem() {
        RftEvent demoted =
                new RftEvent.SnapshotsDemoted(
                        "run", KEY, NOW, List.of(new StepKey(0, 86, 0), new StepKey(0, 87, 0)));

        assertThat(lines(demoted))
                .containsExactly(
                        "step    87  snapshots  dropped, taken after the onset: step 86, 87");
    }

    @Test
    void of_routine_isQuiet() {
        assertThat(lines(new RftEvent.SnapshotTaken("run", KEY, NOW, 10))).isEmpty();
        assertThat(lines(new RftEvent.SnapshotVerified("run", KEY, NOW, KEY))).isEmpty();
        assertThat(lines(new RftEvent.SnapshotsDemoted("run", KEY, NOW, List.of()))).isEmpty();
        assertThat(
                        lines(
                                new RftEvent.StepCompleted(
                                        "run",
                                        KEY,
                                        NOW,
                                        Observation.of(KEY, Map.of()),
                                        List.of(),
                                        0)))
                .isEmpty();
    }

    @Test
    void of_actionWithheld_tellsWhy() {
        RftEvent withheld =
                new RftEvent.ActionWithheld(
                        "run", KEY, NOW, 1, Cause.KL_EXPLOSION, ROLLBACK, "shadow mode");

        assertThat(lines(withheld))
                .singleElement()
                .asString()
                .startsWith("step    87  withheld   Rollback")
                .endsWith(", learning rate x 0.033: shadow mode");
    }

    @Test
    void of_hang_tellsTheTimes() {
        Duration minute = Duration.ofSeconds(60);

        assertThat(
                        lines(
                                new RftEvent.HangSuspected(
                                        "run", KEY, NOW, minute, Duration.ofMillis(2_500))))
                .containsExactly("step    87  hanging?   this step takes 60 s, the usual is 2.5 s");
        assertThat(lines(new RftEvent.HangEnded("run", KEY, NOW, minute)))
                .containsExactly("step    87  goes on    the step ended after 60 s");
    }

    @Test
    void of_eventsLost_tellsHowMany() {
        assertThat(lines(new RftEvent.EventsLost("run", KEY, NOW, "Slow", 12, "full")))
                .containsExactly("step    87  lost       Slow did not get 12 events: full");
    }

    @Test
    void render_nameWithControlCharacters_doesNotSteerTheTerminal() {
        RftEvent opened =
                new RftEvent.IncidentOpened(
                        "run", KEY, NOW, incident("a\u001b[2J\r\nb @|red c|@"), Map.of());

        assertThat(lines(opened).get(0)).contains("a [2J b @|red c|@: update.norm");
    }

    @Test
    void of_closeCandidates_saysWhatWouldTellThemApart() {
        Incident clear = incident("update-explosion");
        Incident close =
                clear.with(
                        List.of(),
                        new Diagnosis(
                                clear.diagnosis().candidates(),
                                Optional.of(
                                        new NextCheck(
                                                "look",
                                                Cause.KL_EXPLOSION,
                                                "it grew",
                                                Cause.UPDATE_FREEZE,
                                                "it is zero"))));

        assertThat(lines(new RftEvent.IncidentOpened("run", KEY, NOW, close, Map.of())))
                .last()
                .asString()
                .endsWith("look: OD-1 if it grew, OD-2 if it is zero");
        assertThat(lines(new RftEvent.IncidentOpened("run", KEY, NOW, clear, Map.of())))
                .noneMatch(line -> line.contains("next"));
    }

    @Test
    void render_colour_isOnTheLabelOnly() {
        EventLine line = new EventLine(87, "ALARM", "bold,red", "text");

        assertThat(line.render(Ansi.ON))
                .startsWith("step    87  \u001b[")
                .endsWith("  text")
                .contains("ALARM");
    }

    static Incident incident(String detector) {
        Evidence evidence = Evidence.of(Signals.UPDATE_NORM, 1.2, "<= 0.08").since(86);
        Finding alarm = new Finding(detector, EvidenceClass.GRADIENT, Verdict.violated(evidence));
        Diagnosis diagnosis =
                new Diagnosis(
                        List.of(
                                new Diagnosis.Candidate(
                                        Cause.KL_EXPLOSION, 0.94, List.of(), List.of()),
                                new Diagnosis.Candidate(
                                        Cause.UNKNOWN, 0.06, List.of(), List.of())));
        return new Incident(1, KEY, 86, List.of(alarm), diagnosis, List.of(), List.of());
    }

    private static List<String> lines(RftEvent event) {
        return EventLine.of(event).stream().map(line -> line.render(Ansi.OFF)).toList();
    }
}
