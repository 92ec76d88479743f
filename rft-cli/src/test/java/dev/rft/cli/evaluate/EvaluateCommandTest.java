package dev.rft.cli.evaluate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class EvaluateCommandTest {

    private static final int STEPS = 60;

    @TempDir private Path dir;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void makeRuns() throws IOException {
        run("a_nan", "A", "\"fault\": \"NON-FINITE\", \"onset_step\": 40, \"end_step\": 60", 40);
        run("b_missed", "B", "\"fault\": \"OD-2\", \"onset_step\": 40, \"end_step\": 60", 0);
        run("c_healthy", "A", "\"fault\": \"none\", \"onset_step\": null", 0);
        run(
                "d_benign",
                "A",
                "\"fault\": \"none\", \"benign_change\": \"lr_halved\", \"change_step\": 30",
                0);
    }

    private void run(String name, String task, String truth, int nanFrom) throws IOException {
        Path run = Files.createDirectory(dir.resolve(name));
        SplittableRandom random = new SplittableRandom(name.hashCode());
        StringBuilder rows = new StringBuilder();
        for (int step = 1; step <= STEPS; step++) {
            boolean broken = nanFrom > 0 && step >= nanFrom;
            rows.append(step == 1 ? "" : ",")
                    .append("{\"step\": " + step)
                    .append(", \"grad_norm\": " + (broken ? "NaN" : random.nextDouble(0.9, 1.1)))
                    .append(", \"reward\": " + random.nextDouble(0.4, 0.6) + "}");
        }
        Files.writeString(run.resolve("trainer_state.json"), "{\"log_history\": [" + rows + "]}");
        Files.writeString(
                run.resolve("label.json"),
                "{\"run_id\": \"%s\", \"task\": \"%s\", \"strength\": \"easy\", %s}"
                        .formatted(name, task, truth));
    }

    private int evaluate(String... args) {
        EvaluateCommand command =
                new EvaluateCommand(
                        new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
        return new CommandLine(command).setErr(new PrintWriter(err, true, UTF_8)).execute(args);
    }

    private JsonNode json() throws IOException {
        return new ObjectMapper().readTree(out.toString(UTF_8)).path("splits");
    }

    @Test
    void call_json_scoresTheRuns() throws IOException {
        assertThat(evaluate("--json", dir.toString())).isZero();

        JsonNode split = json().get(0);
        JsonNode ours = split.path("methods").get(0);
        assertThat(ours.path("method").asText()).isEqualTo("rft");
        assertThat(ours.path("faulty_runs").asInt()).isEqualTo(2);
        assertThat(ours.path("detected").asInt()).isEqualTo(1);
        assertThat(ours.path("recall").asDouble()).isEqualTo(0.5);
        assertThat(ours.path("precision").asDouble()).isEqualTo(1);
        assertThat(ours.path("median_delay").asDouble()).isZero();
        assertThat(ours.path("healthy_steps").asInt()).isEqualTo(39 + 39 + 60 + 60);
        assertThat(ours.path("false_alarms").asInt()).isZero();
        assertThat(ours.path("diagnosis").path("type_top1").asDouble()).isEqualTo(1);
        assertThat(split.path("results"))
                .extracting(run -> run.path("outcome").asText())
                .containsExactly("detected", "missed", "quiet", "quiet");
        assertThat(split.path("methods"))
                .filteredOn(method -> method.path("method").asText().equals("never"))
                .allSatisfy(never -> assertThat(never.path("precision").isNull()).isTrue());
    }

    @Test
    void call_split_scoresThoseRunsAlone() throws IOException {
        assertThat(evaluate("--json", "--split", "task=A", "--split", "task=B", dir.toString()))
                .isZero();

        assertThat(json()).extracting(split -> split.path("results").size()).containsExactly(3, 1);
    }

    @Test
    void call_inParallel_givesTheSame() {
        evaluate(dir.toString());
        String alone = out.toString(UTF_8);
        out.reset();
        evaluate("--parallel", "3", dir.toString());

        assertThat(out.toString(UTF_8)).isEqualTo(alone).contains("flag every run");
    }

    @Test
    void call_brokenTrajectories_areToldOf() throws IOException {
        Files.writeString(dir.resolve("c_healthy/trajectories.jsonl"), "broken\n");

        assertThat(evaluate(dir.toString())).isZero();
        assertThat(err.toString(UTF_8))
                .startsWith(
                        "rft evaluate: c_healthy: 1 skipped, the first trajectories.jsonl, line 1");
    }

    @Test
    void call_wrongArguments_exitWith2() throws IOException {
        assertThat(evaluate("--split", "task=Z", dir.toString())).isEqualTo(2);
        assertThat(evaluate("--parallel", "0", dir.toString())).isEqualTo(2);
        Path none = Files.createDirectory(dir.resolve("none"));
        err.reset();
        assertThat(evaluate(none.toString())).isEqualTo(2);
        assertThat(err.toString(UTF_8))
                .isEqualTo(
                        "rft evaluate: "
                                + none
                                + ": holds no run with a label.json, and no registry of"
                                + " RFT-FaultBench\n");
    }

    @Test
    void read_labelWithoutAFault_isAnError() throws IOException {
        Path file = Files.writeString(dir.resolve("label.json"), "{\"run_id\": \"x\"}");

        assertThatThrownBy(() -> Label.read(file))
                .isInstanceOf(IOException.class)
                .hasMessage(file + ": must have a run_id and a fault");
    }

    @Test
    void baselines_alarmWhereTheirRulesSay() {
        assertThat(alarms("|z| > 6 over 128, loss and gradient", Signals.GRAD_NORM, 40, 9))
                .containsExactly(40L);
        assertThat(alarms("|z| > 6 over 128, loss and gradient", Signals.REWARD_MEAN, 40, 9))
                .isEmpty();
        assertThat(alarms("|z| > 4 over 64, six signals", Signals.REWARD_MEAN, 40, 9))
                .containsExactly(40L);
        assertThat(alarms("loss > 2 x mean(100), 5 times", Signals.LOSS_POLICY, 40, 9))
                .containsExactly(44L);
        assertThat(alarms("static rules (grpo_safe)", Signals.KL_REFERENCE, 40, 9))
                .as("KL is above 0.30 from the start")
                .containsExactly(2L);
        assertThat(alarms("ZClip", Signals.GRAD_NORM, 40, 9)).containsExactly(40L);
        assertThat(alarms("flag every run", Signals.GRAD_NORM, 40, 9)).containsExactly(1L);
        assertThat(alarms("never", Signals.GRAD_NORM, 40, 9)).isEmpty();
    }

    /** A signal that goes up and down by a little about 1, and then jumps. */
    private static List<Long> alarms(String name, Signal signal, int jumpAt, double to) {
        Method method =
                Baselines.all().stream()
                        .filter(one -> one.name().equals(name))
                        .findFirst()
                        .orElseThrow();
        Label label = new Label("run", List.of(), "", "", OptionalLong.empty(), Map.of());
        Method.Watcher watcher = method.watcher().apply(label);
        for (int step = 1; step <= 50; step++) {
            double value = step >= jumpAt ? to : step % 2 == 0 ? 1.01 : 0.99;
            watcher.observe(Observation.of(step, Map.of(signal, value)));
        }
        return watcher.alarms().stream().map(Alarm::step).toList();
    }
}
