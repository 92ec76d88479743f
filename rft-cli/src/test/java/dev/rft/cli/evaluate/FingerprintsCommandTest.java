package dev.rft.cli.evaluate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class FingerprintsCommandTest {

    private static final int RUNS = 10;

    @TempDir private Path dir;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private CommandLine command(Object command) {
        return new CommandLine(command).setErr(new PrintWriter(err, true, UTF_8));
    }

    private int learn(String... args) {
        return command(
                        new FingerprintsCommand(
                                new PrintStream(out, true, UTF_8),
                                new PrintStream(err, true, UTF_8)))
                .execute(args);
    }

    /** A run whose gradient and entropy rise: what its label calls it, it is. */
    private void run(String name, String task, String fault) throws IOException {
        Path run = Files.createDirectories(dir.resolve("runs").resolve(name));
        SplittableRandom random = new SplittableRandom(name.hashCode());
        StringBuilder rows = new StringBuilder();
        for (int step = 1; step <= 60; step++) {
            boolean broken = step >= 40;
            rows.append(step == 1 ? "" : ",")
                    .append("{\"step\": " + step)
                    .append(", \"entropy\": " + (random.nextDouble(0.99, 1.01) + (broken ? 1 : 0)))
                    .append(", \"grad_norm\": " + random.nextDouble(0.9, 1.1) * (broken ? 20 : 1))
                    .append("}");
        }
        Files.writeString(run.resolve("trainer_state.json"), "[" + rows + "]");
        Files.writeString(
                run.resolve("label.json"),
                "{\"run_id\": \"%s\", \"task\": \"%s\", \"fault\": \"%s\", \"onset_step\": 40}"
                        .formatted(name, task, fault));
    }

    private void runs() throws IOException {
        for (int i = 0; i < RUNS; i++) {
            run("a" + i, "A", "MISMATCH");
        }
        run("b0", "B", "MISMATCH");
    }

    private JsonNode calibration(String... args) throws IOException {
        out.reset();
        EvaluateCommand evaluate =
                new EvaluateCommand(
                        new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8));
        assertThat(command(evaluate).execute(args)).as(err.toString(UTF_8)).isZero();
        return new ObjectMapper()
                .readTree(out.toString(UTF_8))
                .path("splits")
                .get(0)
                .path("methods")
                .get(0);
    }

    @Test
    void call_labelledRuns_teachWhatOtherRunsAreNamed() throws IOException {
        runs();
        Path file = dir.resolve("learned.json");
        String runs = dir.resolve("runs").toString();

        assertThat(learn(runs, "--split", "task=A", "--out", file.toString())).isZero();
        assertThat(out.toString(UTF_8))
                .contains("10 runs with a fault, of which could be learned: {MISMATCH=10}")
                .contains("rft's own fingerprints: 0 of 10 named rightly")
                .contains("learned from the other failures: 10 of 10 named rightly");

        Path config = dir.resolve("config.json");
        Files.writeString(config, "{\"monitor\": {\"fingerprints\": \"learned.json\"}}");
        String[] b = {runs, "--split", "task=B", "--json"};
        assertThat(calibration(b).findValue("type_top1").asDouble()).isZero();
        assertThat(
                        calibration(
                                        runs,
                                        "--split",
                                        "task=B",
                                        "--json",
                                        "--config",
                                        config.toString())
                                .findValue("type_top1")
                                .asDouble())
                .isEqualTo(1);
    }

    @Test
    void call_tooFewFailures_exitsWith2AndWritesNothing() throws IOException {
        run("a0", "A", "MISMATCH");
        Path file = dir.resolve("learned.json");

        assertThat(learn(dir.resolve("runs").toString(), "--out", file.toString())).isEqualTo(2);
        assertThat(err.toString(UTF_8))
                .isEqualTo("rft fingerprints: failures: must be at least 4, were 1\n");
        assertThat(file).doesNotExist();
    }
}
