package dev.rft.cli.faultbench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class FaultBenchCommandTest {

    @TempDir Path directory = Path.of("");

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--plan=huge     | must be one of quick, balanced, full, was 'huge'",
                "--workload=chess| must be one of addition, addition-ppo, points",
                "--fault=flood   | must be one of reward-inflated",
                "--arm=prayer    | must be one of none, supervised, rollback-only, lr-cut, random",
                "--fault=none    | must be one of reward-inflated",
                "--fault=hang    | --fault: plan quick has no case of hang on addition",
                "--seeds=one     | must be a 64-bit integer, was 'one'",
                "--parallel=0    | must be an integer >= 1, was '0'",
            })
    void run_badOption_isExitCode2AndStartsNothing(String option, String message) {
        assertThat(execute("run", "--out=" + directory.resolve("bench"), option.strip()))
                .isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains(message);
        assertThat(directory.resolve("bench")).doesNotExist();
    }

    @Test
    void run_armThatThePlanDoesNotHaveThere_isExitCode2AndStartsNothing() {
        Path bench = directory.resolve("bench");

        assertThat(
                        execute(
                                "run",
                                "--out=" + bench,
                                "--plan=balanced",
                                "--workload=points",
                                "--arm=random,oracle"))
                .isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("--arm: plan balanced has no run with random, oracle on points");
        assertThat(
                        execute(
                                "run",
                                "--out=" + bench,
                                "--plan=balanced",
                                "--workload=points",
                                "--fault=lr-spike",
                                "--arm=oracle"))
                .isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("--arm: plan balanced has no run with oracle on points");
        assertThat(bench).doesNotExist();
    }

    @Test
    void run_directoryOfSomethingElse_isExitCode2AndLeavesItAsItIs() throws IOException {
        Files.writeString(directory.resolve("notes.txt"), "mine");

        assertThat(execute("run", "--out=" + directory)).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains(
                        "--out: "
                                + directory
                                + ": must be empty or hold bench.json of the fault bench");
        assertThat(directory)
                .isDirectoryContaining("glob:**notes.txt")
                .isDirectoryNotContaining("glob:**bench.json");
    }

    @Test
    void run_unitThatAnotherProcessExecutes_namesTheUnitAndItsLog() throws IOException {
        Path bench = Files.createDirectory(directory.resolve("bench"));
        Path file = bench.resolve(".addition-s1.lock");
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            assertThat(channel.lock().isValid()).isTrue();
            Files.writeString(bench.resolve("bench.json"), "{\"bench_version\":3}");
            assertThat(execute("run", "--out=" + bench, "--seeds=1,1")).isEqualTo(1);
        }

        Path log = bench.resolve("logs").resolve("addition-s1.log");
        assertThat(err.toString(StandardCharsets.UTF_8))
                .containsOnlyOnce("addition-s1: its process ended with 1")
                .contains(log.toString());
        assertThat(log).content().contains("another process executes this unit");
    }

    @Test
    void score_directoryWithoutRuns_isExitCode2AndSaysSo() {
        assertThat(execute("score", directory.toString())).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains(directory.toString());
    }

    private int execute(String... arguments) {
        PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
        CommandLine line = FaultBenchCommand.create(stream, stream);
        line.setErr(new PrintWriter(stream, true, StandardCharsets.UTF_8));
        return line.execute(arguments);
    }
}
