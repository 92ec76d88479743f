package dev.rft.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Help.Ansi;

class MainTest {

    @TempDir Path dir = Path.of("");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "--fault x     | --fault: must be one of reward-inflated, reward-zero, verifier-dead,"
                        + " reward-hacking, empty-response, repetition, short-response,"
                        + " long-response, lr-spike, update-freeze, entropy-collapse,"
                        + " cold-sampler, advantage-noise, delayed-credit, nan-gradient,"
                        + " stale-sampler, verifier-outage, none, was 'x'",
                "--steps 99    | --steps: must be an integer in [100, 100000], was '99'",
                "--steps 1e3   | --steps: must be an integer in [100, 100000], was '1e3'",
                "--steps 100001| --steps: must be an integer in [100, 100000], was '100001'",
                "--seed abc    | --seed: must be a 64-bit integer, was 'abc'",
                "--nonsense    | unknown option: '--nonsense'; see 'rft demo --help'",
                "--sedd=3      | unknown option: '--sedd=3'; did you mean --seed?; see 'rft demo"
                        + " --help'",
                "extra         | unexpected argument: 'extra'; see 'rft demo --help'",
                "--seed        | --seed: must have a value, N; see 'rft demo --help'",
                "--seed 1 --seed 2 | --seed N: must be given once; see 'rft demo --help'",
                "--json=yes    | --json: must have no value; see 'rft demo --help'",
                "--out=        | --out: must be the name of a file or directory, was ''",
            })
    void run_badArgument_isOneLineAndExitCode2(String arguments, String message) {
        List<String> args = new ArrayList<>(List.of("demo"));
        args.addAll(List.of(arguments.split(" ", -1)));

        int code = run(new SampleRunner(), args.toArray(String[]::new));

        assertThat(code).isEqualTo(2);
        assertThat(text(err)).isEqualTo("rft demo: " + message + "\n");
        assertThat(text(out)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "foo                   | rft: unknown command 'foo'; commands: demo, replay, profile,"
                        + " evaluate, fingerprints, faultbench, run; see 'rft --help'",
                "repaly x --json       | rft: unknown command 'repaly'; commands: demo, replay,"
                        + " profile, evaluate, fingerprints, faultbench, run; did you mean replay?;"
                        + " see 'rft --help'",
                "faultbench scor d     | rft faultbench: unknown command 'scor'; commands: run,"
                        + " score; did you mean score?; see 'rft faultbench --help'",
                "replay                | rft replay: PATH: must be given; see 'rft replay --help'",
                "replay a b            | rft replay: unexpected argument: 'b'; see 'rft replay"
                        + " --help'",
                "replay a --format     | rft replay: --format: must have a value, NAME; see 'rft"
                        + " replay --help'",
                "replay a --jsn        | rft replay: unknown option: '--jsn'; did you mean --json?;"
                        + " see 'rft replay --help'",
                "profile               | rft profile: --out FILE, LOG: must be given; see 'rft"
                        + " profile --help'",
                "profile a b           | rft profile: --out FILE: must be given; see 'rft profile"
                        + " --help'",
                "profile --out p a     | rft profile: LOG: must be the logs of 2 runs or more, was"
                        + " [a]",
                "profile --out no/p a b| rft profile: --out: no/p: must be in a directory that is"
                        + " there",
                "fingerprints x        | rft fingerprints: --out FILE: must be given; see 'rft"
                        + " fingerprints --help'",
                "evaluate              | rft evaluate: DIR: must be given; see 'rft evaluate --help'",
                "evaluate x --parallel 0| rft evaluate: --parallel: must be an integer >= 1, was '0'",
                "evaluate x --parallel y| rft evaluate: --parallel: must be an integer >= 1, was 'y'",
                "faultbench run        | rft faultbench run: --out DIR: must be given; see 'rft"
                        + " faultbench run --help'",
                "faultbench run --out= | rft faultbench run: --out: must be the name of a file or"
                        + " directory, was ''",
                "faultbench run --out b --seeds x| rft faultbench run: --seeds: must be a 64-bit"
                        + " integer, was 'x'",
                "faultbench run --out b --parallel 0| rft faultbench run: --parallel: must be an"
                        + " integer >= 1, was '0'",
                "faultbench score      | rft faultbench score: DIR: must be given; see 'rft"
                        + " faultbench score --help'",
            })
    void run_badCommandLine_isToldInOneLineAndExitCode2(String arguments, String message) {
        int code = run(new SampleRunner(), arguments.split(" +", -1));

        assertThat(code).isEqualTo(2);
        assertThat(text(err)).startsWith(message).containsOnlyOnce("\n");
        assertThat(text(out)).isEmpty();
    }

    @Test
    void run_emptyPath_isRefused() {
        assertThat(run(new SampleRunner(), "replay", "")).isEqualTo(2);
        assertThat(text(err))
                .isEqualTo("rft replay: PATH: must be the name of a file or directory, was ''\n");
    }

    @Test
    void run_outThatIsAFile_isOneLineAndExitCode2() throws IOException {
        Path file = Files.createFile(dir.resolve("file"));

        assertThat(demo("--out", file.toString())).isEqualTo(2);
        assertThat(text(err))
                .isEqualTo(
                        "rft demo: --out: must be a directory that can be written, was '"
                                + file
                                + "'\n");
    }

    @Test
    void run_withoutCommand_isOneLineAndExitCode2() {
        assertThat(run(new SampleRunner())).isEqualTo(2);
        assertThat(text(err)).isEqualTo("rft: a command must be given, such as 'rft demo'\n");
    }

    @Test
    void run_help_goesToStandardOutput() {
        assertThat(run(new SampleRunner(), "demo", "--help")).isZero();
        assertThat(text(out)).contains("Usage: rft demo", "--fault=NAME", "(default: lr-spike)");
        assertThat(text(err)).isEmpty();
    }

    @Test
    void run_version_isTheBuilds() {
        assertThat(run(new SampleRunner(), "--version")).isZero();
        assertThat(text(out)).matches("rft \\d+\\.\\d+\\.\\d+.*\n");
    }

    @Test
    void run_failure_isOneLineAndExitCode1() {
        DemoRunner failing =
                (options, view) -> {
                    throw new IOException("disk\nfull");
                };

        assertThat(run(failing, "demo", "--out", dir.toString())).isEqualTo(1);
        assertThat(text(err)).isEqualTo("rft demo: disk full\n");
    }

    @Test
    void run_failureWithVerbose_hasTheStackTrace() {
        DemoRunner failing =
                (options, view) -> {
                    throw new IOException("disk full");
                };

        assertThat(run(failing, "demo", "--verbose", "--out", dir.toString())).isEqualTo(1);
        assertThat(text(err)).startsWith("rft demo: disk full\n").contains("\tat ");
    }

    @Test
    void run_json_isOneLineWithExactlyTheseKeys() throws IOException {
        assertThat(demo("--json", "--seed", "-5", "--out", dir.toString())).isZero();

        assertThat(text(out)).endsWith("}\n").containsOnlyOnce("\n");
        JsonNode json = new ObjectMapper().readTree(text(out));
        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly(
                        "seed",
                        "fault",
                        "onset_step",
                        "detected_step",
                        "diagnosis",
                        "actions",
                        "accuracy_before_fault",
                        "accuracy_supervised",
                        "accuracy_unsupervised",
                        "seconds");
        assertThat(json.path("seed").asLong()).isEqualTo(-5);
        assertThat(json.path("detected_step").asLong()).isEqualTo(57);
        assertThat(text(err)).contains("ALARM", "unsupervised twin");
    }

    @Test
    void run_withoutTerminal_printsPlainLines() {
        assertThat(demo("--out", dir.toString())).isZero();

        assertThat(text(out)).doesNotContainPattern("[\\p{Cntrl}&&[^\n]]");
        assertThat(text(out).lines())
                .contains(
                        "step    87  ALARM      update-explosion: update.norm = 1.2, expected <="
                                + " 0.08, since step 86")
                .contains("step   120  of 240   reward 0.5      KL 0.012    grad NaN")
                .contains("noticed              step 57 (onset +1)")
                .contains("  supervised         81.3 %")
                .contains("  unsupervised twin  2.1 %");
        assertThat(text(err)).isEmpty();
    }

    @Test
    void run_demo_leavesTheReport() {
        assertThat(demo("--out", dir.resolve("new").resolve("deep").toString())).isZero();

        assertThat(dir.resolve("new/deep/report.html")).content().contains("Noticed, named");
        assertThat(dir.resolve("new/deep/summary.json")).content().contains("\"lr-spike\"");
    }

    @Test
    void run_directoryOfAnEarlierDemo_losesItsFilesFirst() throws IOException {
        Files.createDirectories(dir.resolve("supervised"));
        Files.writeString(dir.resolve("supervised/metrics.jsonl"), "old");
        Files.writeString(dir.resolve("report.html"), "old");
        Files.writeString(dir.resolve("notes.txt"), "mine");
        DemoRunner failing =
                (options, view) -> {
                    throw new IOException("at once");
                };

        assertThat(run(failing, "demo", "--out", dir.toString())).isEqualTo(1);
        assertThat(dir.resolve("report.html")).doesNotExist();
        assertThat(dir.resolve("notes.txt")).hasContent("mine");
    }

    @Test
    void run_directoryWithAReportOfSomethingElse_isLeftAlone() throws IOException {
        Path mine = Files.writeString(dir.resolve("report.html"), "mine");

        assertThat(demo("--out", dir.toString())).isEqualTo(2);
        assertThat(text(err))
                .isEqualTo(
                        "rft demo: --out: must not hold files that are not of a demo, holds '"
                                + mine
                                + "'\n");
        assertThat(mine).hasContent("mine");
    }

    private int demo(String... options) {
        List<String> args = new ArrayList<>(List.of("demo"));
        args.addAll(List.of(options));
        return run(new SampleRunner(), args.toArray(String[]::new));
    }

    private int run(DemoRunner runner, String... args) {
        Terminal terminal =
                new Terminal(
                        new PrintStream(out, true, UTF_8),
                        new PrintStream(err, true, UTF_8),
                        false,
                        Ansi.OFF);
        return Main.run(args, terminal, runner);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(UTF_8);
    }
}
