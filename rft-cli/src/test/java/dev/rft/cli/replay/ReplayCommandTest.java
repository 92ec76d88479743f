package dev.rft.cli.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rft.monitor.MonitorConfig;
import dev.rft.monitor.log.Follow;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ReplayCommandTest {

    private static final int STEPS = 80;
    private static final int NAN_AT = 61;

    @TempDir private Path dir;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Follow following = new Follow(Duration.ofSeconds(1), time -> {}, () -> true);

    private int replay(String... args) {
        ReplayCommand command =
                new ReplayCommand(
                        new PrintStream(out, true, UTF_8),
                        new PrintStream(err, true, UTF_8),
                        following);
        return new CommandLine(command).setErr(new PrintWriter(err, true, UTF_8)).execute(args);
    }

    private static String row(int step, boolean broken, SplittableRandom random) {
        return "{\"step\": %d, \"loss\": %s, \"grad_norm\": %s, \"reward\": %s}"
                .formatted(
                        step,
                        broken ? "0.0" : String.valueOf(random.nextDouble(-0.01, 0.01)),
                        broken ? "NaN" : String.valueOf(random.nextDouble(0.9, 1.1)),
                        random.nextDouble(0.4, 0.6));
    }

    private static String rows(boolean broken) {
        SplittableRandom random = new SplittableRandom(3);
        return IntStream.rangeClosed(1, STEPS)
                .mapToObj(step -> row(step, broken && step >= NAN_AT, random))
                .collect(Collectors.joining(",\n"));
    }

    private Path run(boolean broken) throws IOException {
        Files.writeString(
                dir.resolve("trainer_state.json"), "{\"log_history\": [" + rows(broken) + "]}");
        return dir;
    }

    @Test
    void call_healthyRun_exitsWith0() throws IOException {
        assertThat(replay(run(false).toString())).isZero();
        assertThat(out.toString(UTF_8)).isEqualTo("80 steps (trl), no incident\n");
        assertThat(err.toString(UTF_8)).isEmpty();
    }

    @Test
    void call_filteredNaN_isOneIncidentAndExitsWith1() throws IOException {
        assertThat(replay(run(true).resolve("trainer_state.json").toString())).isEqualTo(1);
        assertThat(out.toString(UTF_8))
                .startsWith("80 steps (trl), 1 incident\n\nstep 61     critical, since step 61\n")
                .contains("non-finite: grad.norm = NaN", "NON-FINITE");
    }

    @Test
    void call_json_isOneObjectOnOneLine() throws IOException {
        assertThat(replay("--json", run(true).toString())).isEqualTo(1);

        String text = out.toString(UTF_8);
        assertThat(text).endsWith("}\n").containsOnlyOnce("\n");
        JsonNode json = new ObjectMapper().readTree(text);
        assertThat(json.path("records").asInt()).isEqualTo(STEPS);
        assertThat(json.path("incidents")).hasSize(1);
        JsonNode incident = json.path("incidents").get(0);
        assertThat(incident.path("alarm_step").asInt()).isEqualTo(NAN_AT);
        assertThat(incident.path("onset_step").asInt()).isEqualTo(NAN_AT);
        assertThat(incident.path("severity").asText()).isEqualTo("critical");
        assertThat(incident.path("signals").get(0).asText()).isEqualTo("grad.norm");
        JsonNode first = incident.path("diagnosis").get(0);
        assertThat(first.path("fault").asText()).isEqualTo("NON-FINITE");
        assertThat(first.path("family").asText()).isEqualTo("OTHER");
        assertThat(first.path("probability").isNumber()).isTrue();
    }

    @Test
    void call_failureThatGoesSilentForLong_isAnotherIncidentWhenItComesBack() throws IOException {
        SplittableRandom random = new SplittableRandom(3);
        String rows =
                IntStream.rangeClosed(1, 90)
                        .mapToObj(step -> row(step, step == 30 || step == 45 || step == 80, random))
                        .collect(Collectors.joining(","));
        Path file = Files.writeString(dir.resolve("h.json"), "[" + rows + "]");

        replay("--json", file.toString());

        JsonNode incidents = new ObjectMapper().readTree(out.toString(UTF_8)).path("incidents");
        assertThat(incidents)
                .extracting(incident -> incident.path("alarm_step").asInt())
                .containsExactly(30, 80);
    }

    @Test
    void call_unreadable_exitsWith2AndSaysWhere() throws IOException {
        Path file =
                Files.writeString(
                        dir.resolve("trainer_state.json"),
                        "{\"log_history\": [\n{\"step\": 1,\n\"reward\" 1}]}");

        assertThat(replay("--json", file.toString())).isEqualTo(2);
        assertThat(out.toString(UTF_8)).isEmpty();
        assertThat(err.toString(UTF_8))
                .startsWith("rft replay: " + file + ", line 3: ")
                .containsOnlyOnce("\n");
    }

    @Test
    void call_logOfAnotherFormat_isNoRunWithoutAnIncident() throws IOException {
        Path log =
                Files.writeString(
                        dir.resolve("log.jsonl"), "{\"step\": 1, \"loss\": 0}\n".repeat(2));
        assertThat(replay("--format", "verl", "--json", log.toString())).isEqualTo(2);
        assertThat(out.toString(UTF_8)).isEmpty();
        assertThat(err.toString(UTF_8))
                .startsWith("rft replay: " + log + ": nothing could be read, 2 skipped");
    }

    @Test
    void call_missing_exitsWith2() {
        Path missing = dir.resolve("missing");

        assertThat(replay(missing.toString())).isEqualTo(2);
        assertThat(err.toString(UTF_8))
                .isEqualTo("rft replay: " + missing + ": no such file or directory\n");
    }

    @Test
    void call_brokenLines_areToldOf() throws IOException {
        Path file =
                Files.writeString(
                        dir.resolve("run.jsonl"),
                        "{\"step\":1,\"data\":{\"actor/lr\":1}}\nbroken\n{\"step\":2,\n");

        assertThat(replay(file.toString(), "--format", "verl")).isZero();
        assertThat(err.toString(UTF_8))
                .startsWith("rft replay: skipped 1 line, run.jsonl, line 3: ");
    }

    @Test
    void call_unknownFormat_isABadArgument() {
        assertThat(replay("x", "--format", "xml")).isEqualTo(2);
        assertThat(err.toString(UTF_8))
                .contains(
                        "must be auto, trl, verl, openrlhf, tensorboard, rft, rft-faultbench, was 'xml'");
    }

    @Test
    void call_follow_printsIncidentsAsTheyCome() throws IOException {
        Path file =
                Files.writeString(
                        dir.resolve("log.jsonl"), "{\"step\": 1, \"loss\": 1, \"grad_norm\": 1}\n");
        int[] waits = new int[1];
        following =
                new Follow(
                        Duration.ofSeconds(1),
                        time -> {
                            try {
                                Files.writeString(
                                        file,
                                        "{\"step\": 2, \"loss\": 0, \"grad_norm\": NaN}\n",
                                        StandardOpenOption.APPEND);
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        },
                        () -> waits[0]++ == 1);

        assertThat(replay("--follow", file.toString())).isEqualTo(1);
        assertThat(out.toString(UTF_8))
                .startsWith("step 2      critical, since step 2\n")
                .contains("2 steps (trl), 1 incident");
    }

    @Test
    void read_config_isStrict() throws IOException {
        Path file = dir.resolve("config.json");
        Files.writeString(
                file,
                """
                {"quietSteps": 7, "monitor": {"falseAlarmsPerTenThousandSteps": 2,
                  "without": ["reward-spike"], "fingerprints": "own.json"}}
                """);
        ReplayConfig config = ReplayConfig.read(file);
        assertThat(config.monitor())
                .isEqualTo(
                        MonitorConfig.defaults()
                                .withFalseAlarmsPerTenThousandSteps(2)
                                .withWithout(List.of("reward-spike"))
                                .withFingerprints(dir.resolve("own.json")));
        assertThat(config.quietSteps()).isEqualTo(7);
        assertThat(config.settleSteps()).isEqualTo(16);

        for (String wrong :
                new String[] {
                    "{\"quiet\": 7}",
                    "{\"quietSteps\": 0}",
                    "{\"quietSteps\": 1.5}",
                    "{\"quietSteps\": 1, \"quietSteps\": 2}",
                    "{\"monitor\": {\"falseAlarmsPerTenThousandSteps\": 0}}",
                    "{\"monitor\": {\"fingerprints\": 1}}",
                    "[]",
                    "{} {}",
                    "{"
                }) {
            Files.writeString(file, wrong);
            assertThatThrownBy(() -> ReplayConfig.read(file))
                    .as(wrong)
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith(file + ": ");
        }
    }

    @Test
    void call_unknownKeyInConfig_exitsWith2AndNamesPathAndAllowedKeys() throws IOException {
        Path file = Files.writeString(dir.resolve("config.json"), "{\"monitor\": {\"budget\": 2}}");

        assertThat(replay(run(false).toString(), "--config", file.toString())).isEqualTo(2);
        assertThat(err.toString(UTF_8))
                .isEqualTo(
                        "rft replay: --config: "
                                + file
                                + ": monitor.budget: unknown key, must be one of"
                                + " [falseAlarmsPerTenThousandSteps, without, detectors,"
                                + " rewardRange, fingerprints, profile]\n");
    }

    @Test
    void call_filesThatOptionsName_areToldWithOptionKeyAndFile() throws IOException {
        String run = run(false).toString();
        Path missing = dir.resolve("no.json");
        Path config = dir.resolve("config.json");

        assertThat(replay(run, "--config", missing.toString())).isEqualTo(2);
        assertThat(told()).isEqualTo("rft replay: --config: " + missing + ": no such file\n");
        assertThat(replay(run, "--profile", missing.toString())).isEqualTo(2);
        assertThat(told()).isEqualTo("rft replay: --profile: " + missing + ": no such file\n");
        assertThat(replay(run, "--profile", dir.toString())).isEqualTo(2);
        assertThat(told())
                .isEqualTo("rft replay: --profile: " + dir + ": must be a file, is a directory\n");
        Files.writeString(config, "{\"monitor\": {\"fingerprints\": \"no.json\"}}");
        assertThat(replay(run, "--config", config.toString())).isEqualTo(2);
        assertThat(told())
                .isEqualTo(
                        "rft replay: --config: "
                                + config
                                + ": monitor.fingerprints: "
                                + missing
                                + ": no such file\n");
        Files.writeString(config, "{\"monitor\": {\"profile\": \"no.json\"}}");
        assertThat(replay(run, "--config", config.toString())).isEqualTo(2);
        assertThat(told())
                .isEqualTo(
                        "rft replay: --config: "
                                + config
                                + ": monitor.profile: must be a profile, was not: "
                                + missing
                                + ": no such file\n");
        Files.writeString(config, "{\"monitor\": {");
        assertThat(replay(run, "--config", config.toString())).isEqualTo(2);
        assertThat(told())
                .isEqualTo(
                        "rft replay: --config: "
                                + config
                                + ": must be JSON, was not: it ends too early, before all that was"
                                + " begun is closed at line 1, column 14\n");
    }

    private String told() {
        String told = err.toString(UTF_8);
        err.reset();
        return told;
    }

    @Test
    void call_whatIsNoLog_exitsWith2AndSaysWhy() throws IOException {
        Path binary = Files.write(dir.resolve("b.bin"), new byte[] {0, 1, (byte) 0xFF, 10, 7});
        Path empty = Files.createFile(dir.resolve("empty.jsonl"));
        Path nothing = Files.createDirectory(dir.resolve("a b \u00e4"));

        assertThat(replay(binary.toString())).isEqualTo(2);
        assertThat(told()).startsWith("rft replay: " + binary + ": is of no format that rft reads");
        assertThat(replay(binary.toString(), "--format", "trl")).isEqualTo(2);
        assertThat(told()).startsWith("rft replay: " + binary + ": is of no format that rft reads");
        assertThat(replay(empty.toString(), "--json")).isEqualTo(2);
        assertThat(told()).isEqualTo("rft replay: " + empty + ": is empty\n");
        assertThat(replay(empty.toString(), "--format", "verl")).isEqualTo(2);
        assertThat(told()).isEqualTo("rft replay: " + empty + ": is empty\n");
        assertThat(replay(nothing.toString())).isEqualTo(2);
        assertThat(told())
                .isEqualTo(
                        "rft replay: " + nothing + ": holds no log of a format that rft reads\n");
        Path device = Path.of("/dev/null");
        if (Files.exists(device)) {
            assertThat(replay(device.toString())).isEqualTo(2);
            assertThat(told())
                    .isEqualTo(
                            "rft replay: /dev/null: must be a file or a directory, is neither,"
                                    + " such as a pipe\n");
        }
        assertThat(out.toString(UTF_8)).isEmpty();
    }

    @Test
    void call_formatOfAnotherLog_saysWhatItLooksLike() throws IOException {
        Path log =
                Files.writeString(
                        dir.resolve("log.txt"),
                        "step:1 - actor/pg_loss:0.1 - actor/grad_norm:1.0\n".repeat(3));

        assertThat(replay(log.toString(), "--format", "trl")).isEqualTo(2);
        assertThat(told())
                .isEqualTo(
                        "rft replay: "
                                + log
                                + ": holds no step of the format trl; it looks like verl\n");
    }

    @Test
    void call_detectorOfASignalThatIsNotThere_isToldOf() throws IOException {
        String run = run(false).toString();
        Path config = dir.resolve("c.json");
        String wanted =
                "{\"monitor\": {\"detectors\": [{\"name\": \"change\", \"settings\":"
                        + " {\"signal\": \"%s\", \"adverse\": \"UP\"}}]}}";

        Files.writeString(config, wanted.formatted("rewards.mean"));
        assertThat(replay(run, "--config", config.toString())).isZero();
        String near =
                "detector 'rewards.mean-change' saw no value of signal 'rewards.mean' in 80 steps;"
                        + " the nearest names in the log: reward.mean";
        assertThat(told()).isEqualTo("rft replay: " + near + "\n");

        out.reset();
        assertThat(replay(run, "--json", "--config", config.toString())).isZero();
        JsonNode json = new ObjectMapper().readTree(out.toString(UTF_8));
        assertThat(json.path("records").asInt()).isEqualTo(STEPS);
        assertThat(json.path("incidents")).isEmpty();
        assertThat(json.path("warnings")).extracting(JsonNode::asText).containsExactly(near);

        err.reset();
        Files.writeString(config, wanted.formatted("zzz"));
        assertThat(replay(run, "--config", config.toString())).isZero();
        assertThat(told())
                .isEqualTo(
                        "rft replay: detector 'zzz-change' saw no value of signal 'zzz' in 80"
                                + " steps; the log has grad.norm, loss.policy, reward.mean\n");

        Files.writeString(config, wanted.formatted("reward.mean"));
        assertThat(replay(run, "--config", config.toString())).isZero();
        assertThat(told()).isEmpty();
    }

    @Test
    void call_closeCandidates_saysWhatWouldTellThemApart() throws IOException {
        SplittableRandom random = new SplittableRandom(3);
        String rows =
                IntStream.rangeClosed(1, STEPS)
                        .mapToObj(
                                step ->
                                        "{\"step\": %d, \"reward\": %s, \"grad_norm\": %s}"
                                                .formatted(
                                                        step,
                                                        random.nextDouble(0.4, 0.6),
                                                        random.nextDouble(0.9, 1.1)
                                                                * (step < NAN_AT ? 1 : 20)))
                        .collect(Collectors.joining(",\n"));
        Files.writeString(dir.resolve("trainer_state.json"), "[" + rows + "]");

        assertThat(replay("--json", dir.toString())).isEqualTo(1);
        JsonNode incident =
                new ObjectMapper().readTree(out.toString(UTF_8)).path("incidents").get(0);
        JsonNode next = incident.path("next_check");
        assertThat(next.path("check").asText()).isNotEmpty();
        assertThat(next.path("findings")).hasSize(2);
        assertThat(next.path("findings"))
                .extracting(finding -> finding.path("fault").asText())
                .doesNotHaveDuplicates()
                .doesNotContain("UNKNOWN");

        out.reset();
        assertThat(replay(dir.toString())).isEqualTo(1);
        assertThat(out.toString(UTF_8))
                .contains("for     gradient-explosion: grad.norm = ")
                .contains("  next: " + next.path("check").asText() + ": ");
    }
}
