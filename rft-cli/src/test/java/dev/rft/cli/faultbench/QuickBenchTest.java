package dev.rft.cli.faultbench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands that a user types, on a part of the quick plan: real trainings, really broken, and
 * what the score says of them. The whole plan is {@code ./rft faultbench run --out bench}.
 */
class QuickBenchTest {

    @TempDir Path directory = Path.of("");

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void runAndScore_faultsAreRecovered_andABenignChangeIsLeftAlone() throws IOException {
        String[] run = {
            "run",
            "--out=" + directory,
            "--plan=quick",
            "--workload=addition",
            "--fault=lr-spike,nan-gradient,benign",
            "--arm=none,supervised"
        };
        execute(run);
        JsonNode score =
                new ObjectMapper().readTree(execute("score", directory.toString(), "--json"));

        JsonNode seen = score.path("seen").path("splits").path(0).path("methods").path(0);
        assertThat(seen.path("faulty_runs").asInt()).isEqualTo(2);
        assertThat(seen.path("detected").asInt()).isEqualTo(2);
        assertThat(seen.path("false_alarms").asInt()).isZero();
        JsonNode arm = score.path("repair").path("arms").path("supervised");
        assertThat(arm.path("harmed").asInt()).isPositive();
        assertThat(arm.path("recovered")).isEqualTo(arm.path("harmed"));
        assertThat(arm.path("made_worse").asInt()).isZero();
        assertThat(arm.path("unharmed_made_worse").asInt()).isZero();
        assertThat(arm.path("benign_acted_on").asInt()).isZero();
        assertThat(arm.path("benign_acted_on_share").path("of").asInt()).isEqualTo(1);

        // Nothing is left to do: the same command changes nothing.
        Path result = directory.resolve("addition-s1/result.json");
        byte[] before = Files.readAllBytes(result);
        assertThat(execute(run)).isEmpty();
        assertThat(Files.readAllBytes(result)).isEqualTo(before);
    }

    private String execute(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int code =
                FaultBenchCommand.create(
                                new PrintStream(out, true, StandardCharsets.UTF_8),
                                new PrintStream(err, true, StandardCharsets.UTF_8))
                        .execute(arguments);
        assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }
}
