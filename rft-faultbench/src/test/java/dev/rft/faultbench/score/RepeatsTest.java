package dev.rft.faultbench.score;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.recovery.RecoveryAction;
import dev.rft.recovery.event.RftEvent;
import dev.rft.recovery.journal.JsonlJournal;
import dev.rft.recovery.journal.MetricsLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs made by hand, of five steps, whose third is the first that was executed twice. */
class RepeatsTest {

    private static final int ONSET = 3;

    private static final double[] ALONE = {1, 2, 3, 4, 5};

    @TempDir Path directory = Path.of("");

    @Test
    void supervised_untilItsFirstAction_mustBeTheRunThatNobodyLookedAfter() throws IOException {
        faulty("addition-s1-a", ALONE);
        run("addition-s1-a/supervised", new double[] {1, 2, 3, 4, 9});
        action("addition-s1-a/supervised", 4);
        faulty("addition-s1-b", ALONE);
        run("addition-s1-b/supervised", ALONE);

        assertThat(table().rows())
                .containsExactly(List.of("supervised, until its first action", "2", "5", "0"));
        assertThat(json().path("differ")).isEmpty();
        assertThat(json().path("runs").asInt()).isEqualTo(2);
        assertThat(json().path("steps").asInt()).isEqualTo(5);
    }

    @Test
    void anotherDigitBeforeTheFirstAction_isNamed() throws IOException {
        faulty("addition-s1-a", ALONE);
        run("addition-s1-a/supervised", new double[] {1, 2, 3, Math.nextUp(4.0), 5});

        Table table = table();

        assertThat(table.rows())
                .containsExactly(List.of("supervised, until its first action", "1", "2", "1"));
        assertThat(table.note())
                .contains(
                        "addition-s1-a/supervised: grad.norm of step 4 was 4.0, is"
                                + " 4.000000000000001");
        assertThat(json().path("differ").path("addition-s1-a/supervised").asText())
                .startsWith("grad.norm of step 4");
    }

    @Test
    void resumed_mustBeTheHealthyRun_toItsEnd() throws IOException {
        label("addition-s1", "\"benign_change\":null,\"onset_step\":null,\"faults\":[]");
        run("addition-s1", ALONE);
        label(
                "addition-s1-resume",
                "\"benign_change\":\"resume\",\"change_step\":3,\"onset_step\":null,\"faults\":[]");
        run("addition-s1-resume", new double[] {1, 2, 3, 4, 6});

        assertThat(table().rows())
                .containsExactly(List.of("resumed, against the healthy run", "1", "3", "1"));
    }

    @Test
    void anotherTrainingFromItsFirstStepOn_isNamed_thoughNothingWasExecutedTwice()
            throws IOException {
        faulty("addition-s1-a", ALONE);
        run("addition-s1-a/oracle", new double[] {7, 2});

        assertThat(table().rows())
                .containsExactly(List.of("oracle, until its first action", "1", "0", "1"));
        assertThat(table().note()).contains("grad.norm of step 1 was 1.0, is 7.0");
    }

    @Test
    void killedAndResumed_mustBeTheHealthyRun_inWhatHoldsInTheEnd() throws IOException {
        label("addition-s1", "\"benign_change\":null,\"onset_step\":null,\"faults\":[]");
        run("addition-s1", ALONE);
        label(
                "addition-s1-process-death-easy",
                "\"benign_change\":null,\"onset_step\":3,\"faults\":[{\"name\":\"OUTAGE\","
                        + "\"injected\":\"process-death\"}]");
        run("addition-s1-process-death-easy", new double[] {1, 2});
        String killed = "addition-s1-process-death-easy/supervised";
        run(killed, ALONE);
        try (JsonlJournal journal =
                JsonlJournal.open(directory.resolve(killed).resolve("journal.jsonl"))) {
            journal.on(new RftEvent.SnapshotTaken(killed, StepKey.START, Instant.EPOCH, 1));
        }

        assertThat(table().rows())
                .containsExactly(
                        List.of(
                                "supervised, killed and resumed, against the healthy run",
                                "1",
                                "5",
                                "0"));
    }

    @Test
    void whatWasExecutedOnce_orIsNotThere_isNotCompared() throws IOException {
        faulty("addition-s1-a", ALONE);
        run("addition-s1-a/oracle", new double[] {1, 2});
        Files.createDirectories(directory.resolve("addition-s1-a/lr-cut"));
        result("addition-s1-a/lr-cut");

        assertThat(table().rows()).isEmpty();
    }

    private Table table() throws IOException {
        return RepairScore.read(directory, Set.of()).tables().stream()
                .filter(each -> each.title().equals("Runs that must repeat"))
                .findFirst()
                .orElseThrow();
    }

    private JsonNode json() throws IOException {
        return RepairScore.read(directory, Set.of()).json().path("repeats");
    }

    private void faulty(String run, double[] norms) throws IOException {
        label(
                run,
                "\"benign_change\":null,\"onset_step\":"
                        + ONSET
                        + ",\"faults\":[{\"name\":\"OD-1\",\"injected\":\"lr-spike\"}]");
        run(run, norms);
    }

    private void label(String run, String rest) throws IOException {
        Files.writeString(
                Files.createDirectories(directory.resolve(run)).resolve("label.json"),
                "{\"run_id\":\""
                        + run
                        + "\",\"task\":\"addition\",\"seed\":1,\"steps\":5,"
                        + rest
                        + "}");
    }

    private void run(String run, double[] norms) throws IOException {
        Path at = Files.createDirectories(directory.resolve(run));
        try (MetricsLog log = MetricsLog.open(at.resolve("metrics.jsonl"))) {
            for (int step = 1; step <= norms.length; step++) {
                log.append(
                        Observation.of(
                                new StepKey(0, step, 0),
                                Map.of(
                                        Signals.GRAD_NORM,
                                        norms[step - 1],
                                        Signals.STEP_SECONDS,
                                        (double) run.length())));
            }
        }
        result(run);
    }

    private void result(String run) throws IOException {
        Files.writeString(
                directory.resolve(run).resolve("result.json"),
                "{\"bench_version\":3,\"accuracy_final\":0.5,\"executed_steps\":5}");
    }

    private void action(String run, long step) throws IOException {
        try (JsonlJournal journal =
                JsonlJournal.open(directory.resolve(run).resolve("journal.jsonl"))) {
            StepKey key = new StepKey(0, step, 0);
            journal.on(
                    new RftEvent.ActionTaken(
                            run, key, Instant.EPOCH, 1, new RecoveryAction.RestartInPlace(), key));
        }
    }
}
