package dev.rft.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.signal.StepKey;
import dev.rft.monitor.EvidenceClass;
import dev.rft.monitor.diagnose.Cause;
import dev.rft.recovery.event.RftEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What is decided about a process, handed over to it, and answered or not. */
class RemoteDecisionsTest extends RemoteRunFixture {

    /** Runs until a reward that is not finite is decided about. */
    private void broken(RemoteRun run) throws IOException {
        for (int i = 1; i <= 40; i++) {
            step(run, i);
        }
        step(run, 41, Double.NaN);
        assertThat(decision()).isNotEmpty();
    }

    @Test
    void observed_decisionIsHandedOver_andCarriedOutWhenAcknowledged() throws IOException {
        try (RemoteRun run = run()) {
            offer("{\"capabilities\":[\"snapshot\"],\"checkpoints\":[20,30]}");
            broken(run);
            assertThat(decision()).contains("\"Rollback\"", "\"resumeAfter\":30", "\"after\":41");
            step(run, 42, Double.NaN);
            assertThat(of(RftEvent.ActionTaken.class)).isEmpty();

            ack("{\"sequence\":1,\"status\":\"done\",\"step\":30}");
            run.idle();
            step(run, 31);

            assertThat(of(RftEvent.ActionTaken.class))
                    .singleElement()
                    .satisfies(
                            taken ->
                                    assertThat(taken.resumesAfter())
                                            .isEqualTo(new StepKey(1, 30, 0)));
            assertThat(run.last()).isEqualTo(new StepKey(1, 31, 0));
        }
    }

    @Test
    void observed_rowsFromBeforeTheProcessWentBack_areNotTakenForNewOnes() throws IOException {
        try (RemoteRun run = run()) {
            offer("{\"capabilities\":[\"snapshot\"],\"checkpoints\":[30]}");
            broken(run);
            ack("{\"sequence\":1,\"status\":\"done\",\"step\":30}");
            for (int i = 42; i <= 55; i++) {
                step(run, i, Double.NaN);
            }
            assertThat(of(RftEvent.ActionTaken.class)).isEmpty();
            for (int i = 31; i <= 50; i++) {
                step(run, i);
            }
            assertThat(run.last()).isEqualTo(new StepKey(1, 50, 0));
            assertThat(of(RftEvent.ActionVerified.class))
                    .singleElement()
                    .satisfies(
                            verified ->
                                    assertThat(verified.attempt().outcome())
                                            .isEqualTo(Outcome.HELPED));
        }
    }

    @Test
    void observed_suspicionOfABrokenVerifier_endsNoProcessThatWorks() throws IOException {
        try (RemoteRun run = run()) {
            offer("{\"capabilities\":[\"snapshot\",\"restart\"],\"checkpoints\":[20,30]}");
            for (int i = 1; i <= 60; i++) {
                step(run, i);
            }
            for (int i = 61; i <= 75; i++) {
                assertThat(step(run, i, 0)).isInstanceOf(RemoteOrder.GoOn.class);
            }
            Incident incident = run.incidents().get(0);
            assertThat(incident.diagnosis().cause()).isEqualTo(Cause.REWARD_COLLAPSE);
            assertThat(incident.evidenceClasses()).containsExactly(EvidenceClass.REWARD);
            assertThat(incident.attempts()).isEmpty();
            assertThat(decision()).isEmpty();
        }
    }

    @Test
    void observed_refusedDecision_isAdviceAndNothingStrongerFollows() throws IOException {
        try (RemoteRun run = run()) {
            offer("{\"capabilities\":[\"snapshot\"],\"checkpoints\":[20,30]}");
            broken(run);
            ack("{\"sequence\":1,\"status\":\"refused\",\"reason\":\"busy\"}");
            run.idle();
            for (int i = 42; i < 60; i++) {
                assertThat(step(run, i, Double.NaN)).isInstanceOf(RemoteOrder.GoOn.class);
            }
            assertThat(of(RftEvent.ActionWithheld.class))
                    .singleElement()
                    .satisfies(
                            event ->
                                    assertThat(event.reason())
                                            .isEqualTo("the process refused: busy"));
            assertThat(of(RftEvent.ActionDecided.class)).hasSize(1);
            assertThat(run.incidents().get(0).attempts()).isEmpty();
        }
    }

    @Test
    void exited_afterAnIgnoredDecision_restartsAllTheSame() throws IOException {
        try (RemoteRun run = run()) {
            offer("{\"capabilities\":[\"snapshot\"],\"checkpoints\":[20,30]}");
            broken(run);
            for (int i = 42; i < 60; i++) {
                step(run, i, Double.NaN);
            }
            assertThat(of(RftEvent.ActionWithheld.class)).hasSize(1);
            assertThat(restart(run.exited(1)).resumeAfter()).isEqualTo(OptionalLong.of(30));
        }
    }

    @Test
    void observed_decisionIsNotAdviceBeforeItsTimeIsOver() throws IOException {
        try (RemoteRun run = run()) {
            offer("{\"capabilities\":[\"snapshot\"],\"checkpoints\":[30]}");
            broken(run);
            for (int i = 42; i < 51; i++) { // nine seconds
                step(run, i, Double.NaN);
            }
            run.idle();
            assertThat(of(RftEvent.ActionWithheld.class)).isEmpty();
            step(run, 51, Double.NaN);
            run.idle();
            assertThat(of(RftEvent.ActionWithheld.class)).hasSize(1);
        }
    }

    @Test
    void observed_answerToAnotherDecision_orBroken_isNone() throws IOException {
        try (RemoteRun run = run()) {
            offer("{\"capabilities\":[\"snapshot\"],\"checkpoints\":[30]}");
            broken(run);
            for (String wrong :
                    List.of(
                            "{\"sequence\":7,\"status\":\"done\"}",
                            "{\"sequence\":1,\"stat",
                            "{\"sequence\":1,\"status\":\"maybe\"}",
                            "[]")) {
                ack(wrong);
                run.idle();
            }
            assertThat(of(RftEvent.ActionTaken.class)).isEmpty();
            ack("{\"sequence\":1,\"status\":\"done\",\"step\":30}");
            run.idle();
            assertThat(of(RftEvent.ActionTaken.class)).hasSize(1);
        }
    }

    @Test
    void observed_aKnobThatDidNotHelp_isTakenBack() throws IOException {
        Path file = directory.resolve("decision.json");
        try (RemoteRun run = run()) {
            offer("{\"knobs\":{\"learning_rate\":0.001}}");
            int step = 0;
            while (step < 60) {
                gradient(run, ++step, 1 + 0.01 * (step % 5));
            }
            while (!Files.exists(file) && step < 90) {
                gradient(run, ++step, 20);
            }
            assertThat(decision()).contains("\"ScaleLearningRate\"", "\"factor\":0.5");
            ack("{\"sequence\":1,\"status\":\"done\"}");
            run.idle();
            Files.delete(file);
            while (!Files.exists(file) && step < 150) {
                gradient(run, ++step, 20);
            }
            assertThat(decision())
                    .contains("\"sequence\":2", "\"ScaleLearningRate\"", "\"factor\":2.0");
        }
    }
}
