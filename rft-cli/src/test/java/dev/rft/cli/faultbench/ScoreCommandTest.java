package dev.rft.cli.faultbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scores of runs whose truth is known. */
class ScoreCommandTest {

    @TempDir Path directory = Path.of("");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void makeRuns() throws IOException {
        HandMadeBench.write(Files.createDirectory(directory.resolve("bench")));
    }

    @Test
    void json_detectorsThatAlwaysOrNeverAlarm_scoreWhatTheyDeserve() throws IOException {
        JsonNode score = json();

        JsonNode always = method(score.path("seen").path("splits").path(0), "flag every run");
        assertThat(always.path("detected").asInt()).isZero();
        assertThat(always.path("alarmed_before_onset").asInt()).isEqualTo(1);
        assertThat(always.path("healthy_runs_alarmed").asInt()).isEqualTo(2);
        assertThat(always.path("f1").asDouble()).isZero();
        // One incident, from the first step on, in each of three runs.
        assertThat(always.path("false_alarms").asInt()).isEqualTo(3);

        JsonNode never = method(score.path("seen").path("splits").path(0), "never");
        assertThat(never.path("detected").asInt()).isZero();
        assertThat(never.path("false_alarms").asInt()).isZero();
        assertThat(never.path("precision").isNull()).isTrue();
        assertThat(never.path("f1").asDouble()).isZero();
    }

    @Test
    void json_rft_seesAndNamesTheNan_andHasIntervals() throws IOException {
        JsonNode score = json();
        JsonNode own = score.path("detection").path(0);

        assertThat(own.path("method").asText()).isEqualTo("rft");
        // One of one: Wilson's lower end is 1 / (1 + 3.84).
        assertThat(own.path("recall").path(0).asDouble()).isEqualTo(1);
        assertThat(own.path("recall").path(1).asDouble()).isCloseTo(0.2065, within(5e-5));
        assertThat(score.path("confusion").toString())
                .isEqualTo("{\"NON-FINITE\":{\"NON-FINITE\":1}}");
    }

    @Test
    void json_whatEndsARun_isNoMissedDetection_butThereToBeRepaired() throws IOException {
        JsonNode score = json();

        assertThat(
                        method(score.path("seen").path("splits").path(0), "rft")
                                .path("faulty_runs")
                                .asInt())
                .isEqualTo(1);
        JsonNode arm = score.path("repair").path("arms").path("supervised");
        // The NaN is recovered, .39 of .4; the hang is not, .1 of .3.
        assertThat(arm.path("harmed").asInt()).isEqualTo(2);
        assertThat(arm.path("recovered").asInt()).isEqualTo(1);
        assertThat(arm.path("recovered_as_oracle_share").path("of").asInt()).isEqualTo(1);
        assertThat(arm.path("median_gain").asDouble())
                .isCloseTo((0.39 / 0.4 + 0.1 / 0.3) / 2, within(1e-9));
        assertThat(arm.path("benign_acted_on_share").path("of").asInt()).isEqualTo(1);
        assertThat(score.path("repair").path("harm")).hasSize(2);
    }

    @Test
    void json_runsThatAreNotDone_areLeftOut() throws IOException {
        JsonNode before = json();
        Path cutOff = Files.createDirectory(directory.resolve("bench/addition-s1-repetition-easy"));
        Files.copy(
                directory.resolve("bench/addition-s1-hang-easy/label.json"),
                cutOff.resolve("label.json"));

        assertThat(json()).isEqualTo(before);
    }

    @Test
    void html_needsNothingButItself() throws IOException {
        Path page = directory.resolve("score.html");
        assertThat(execute("--html", page.toString()))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();

        String html = Files.readString(page);
        assertThat(html)
                .contains("<svg role=\"img\"", "nan-gradient-easy", "NON-FINITE")
                .contains("|z| &gt; 6 over 128")
                .doesNotContain("http://", "https://", "<script", "{{");
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("| supervised |");
        try (var left = Files.list(directory)) {
            assertThat(left)
                    .extracting(Path::getFileName)
                    .containsExactlyInAnyOrder(Path.of("bench"), Path.of("score.html"));
        }
    }

    @Test
    void html_thatCannotBeWritten_isExitCode2() {
        Path page = directory.resolve("missing/score.html");

        assertThat(execute("--html", page.toString())).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains(page.toString())
                .contains("must be in a directory that is there");
    }

    private JsonNode json() throws IOException {
        out.reset();
        assertThat(execute("--json")).as(err.toString(StandardCharsets.UTF_8)).isZero();
        String printed = out.toString(StandardCharsets.UTF_8);
        assertThat(printed.lines()).hasSize(1);
        return new ObjectMapper().readTree(printed);
    }

    private static JsonNode method(JsonNode split, String name) {
        return StreamSupport.stream(split.path("methods").spliterator(), false)
                .filter(method -> method.path("method").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private int execute(String option, String... values) {
        String[] arguments = new String[values.length + 3];
        arguments[0] = "score";
        arguments[1] = directory.resolve("bench").toString();
        arguments[2] = option;
        System.arraycopy(values, 0, arguments, 3, values.length);
        return FaultBenchCommand.create(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8))
                .execute(arguments);
    }
}
