package dev.rft.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.recovery.event.RftEvent;
import dev.rft.recovery.journal.Journal;
import dev.rft.recovery.journal.JournalReader;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Help.Ansi;

/** The {@code run} command as a process of its own: arguments, streams, signals, its end. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(90)
class RunMainTest {

    @TempDir Path dir = Path.of("");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "run                             | COMMAND: must be given; see 'rft run --help'",
                "run --                          | COMMAND: must be given; see 'rft run --help'",
                "run --mode x -- true            | --mode: must be act or shadow, was 'x'",
                "run --hang-floor 0 -- true      | --hang-floor: must be seconds, from 0.001 to a"
                        + " year, was '0'",
                "run --ack-steps 0 -- true       | --ack-steps: must be an integer >= 1, was '0'",
                "run --nonsense -- true          | unknown option: '--nonsense'",
                "run -- no-such-command-anywhere | command: must be there and executable, was"
                        + " 'no-such-command-anywhere'",
                "run --config no.json -- true    | --config: no.json: no such file",
                "run --format x -- true          | --format: must be auto, trl, verl, openrlhf,"
                        + " tensorboard, rft, rft-faultbench, was 'x'",
                "run --format tensorboard -- true| --format: tensorboard must come with --log",
            })
    void run_badArgument_isOneLineAndExitCode2(String arguments, String message) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();

        assertThat(inThisProcess(err, arguments.split(" +", -1))).isEqualTo(2);
        assertThat(err.toString(UTF_8)).startsWith("rft run: " + message);
    }

    @Test
    void run_unknownConfigKey_namesItsPath() throws IOException {
        Path config = Files.writeString(dir.resolve("c.json"), "{\"budget\":{\"maxAction\":1}}");
        ByteArrayOutputStream err = new ByteArrayOutputStream();

        int code = inThisProcess(err, "run", "--config", config.toString(), "--", "true");

        assertThat(code).isEqualTo(2);
        assertThat(err.toString(UTF_8)).contains("budget.maxAction: unknown key");
    }

    @Test
    void run_fingerprintsThatAreMissing_nameOptionKeyAndFile() throws IOException {
        Path config =
                Files.writeString(
                        dir.resolve("c.json"), "{\"monitor\":{\"fingerprints\":\"no.json\"}}");
        ByteArrayOutputStream err = new ByteArrayOutputStream();

        int code = inThisProcess(err, "run", "--config", config.toString(), "--", "true");

        assertThat(code).isEqualTo(2);
        assertThat(err.toString(UTF_8))
                .isEqualTo(
                        "rft run: --config: "
                                + config
                                + ": monitor.fingerprints: "
                                + dir.resolve("no.json")
                                + ": no such file\n");
    }

    private static int inThisProcess(ByteArrayOutputStream err, String... args) {
        PrintStream out = new PrintStream(new ByteArrayOutputStream(), true, UTF_8);
        PrintStream errors = new PrintStream(err, true, UTF_8);
        return Main.run(args, new Terminal(out, errors, false, Ansi.OFF), new SampleRunner());
    }

    @Test
    void run_givesTheCommandItsArgumentsAndStreams() throws Exception {
        Path in = Files.writeString(dir.resolve("in"), "from standard input");
        Path out = dir.resolve("out");
        Path err = dir.resolve("err");
        String script = "cat; printf ' %s' \"$@\"; echo problem >&2; exit 7";
        Process rft =
                rft("--mode", "shadow", "--", "sh", "-c", script, "sh", "--log", "@x", "", "a b")
                        .redirectInput(in.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();

        assertThat(rft.waitFor()).isEqualTo(7);
        assertThat(out).hasContent("from standard input --log @x  a b");
        assertThat(err).content().contains("problem\n");
    }

    @Test
    void run_thatGetsSigterm_forwardsItAndEndsWithTheCommand() throws Exception {
        Process rft = busy("trap 'echo got > \"" + dir + "/trapped\"; exit 5' TERM");

        rft.destroy();

        assertThat(rft.waitFor()).isEqualTo(5);
        assertThat(dir.resolve("trapped")).hasContent("got");
        Journal journal = JournalReader.read(dir.resolve("run/journal.jsonl"));
        assertThat(journal.entries().get(journal.entries().size() - 1).event())
                .isInstanceOf(RftEvent.RunFinished.class);
        assertThat(eventually(() -> !alive("pid") && !alive("grandchild"))).isTrue();
    }

    @Test
    void run_thatIsKilled_takesTheCommandAlong() throws Exception {
        Process rft = busy(":");

        rft.destroyForcibly().waitFor();

        assertThat(eventually(() -> !alive("pid") && !alive("grandchild"))).isTrue();
    }

    /** Starts a command that logs one step, has a child, and goes on until it is ended. */
    private Process busy(String first) throws IOException, InterruptedException {
        String script =
                first
                        + "; sleep 1000 & echo $! > \"$1/grandchild\"; echo $$ > \"$1/pid\";"
                        + " echo '{\"step\":1,\"values\":{\"reward.mean\":0.5}}';"
                        + " echo ready > \"$1/ready\"; while :; do sleep 0.05; done";
        Process rft =
                rft("--", "sh", "-c", script, "sh", dir.toString())
                        .redirectOutput(Redirect.DISCARD)
                        .redirectError(Redirect.DISCARD)
                        .start();
        assertThat(eventually(() -> Files.exists(dir.resolve("ready")))).isTrue();
        // A command is told of to the guard once it was started: it may be faster than that.
        assertThat(eventually(this::stepWasSeen)).isTrue();
        return rft;
    }

    private boolean stepWasSeen() {
        try {
            return Files.readString(dir.resolve("run").resolve("metrics.jsonl"))
                    .contains("\"step\":1");
        } catch (IOException e) {
            return false;
        }
    }

    private ProcessBuilder rft(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", classPath()));
        command.addAll(
                List.of(Main.class.getName(), "run", "--out", dir.resolve("run").toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }

    private static String classPath() {
        return System.getProperty("jdk.module.path", "")
                + File.pathSeparator
                + System.getProperty("java.class.path", "");
    }

    private boolean alive(String file) {
        try {
            long pid = Long.parseLong(Files.readString(dir.resolve(file)).strip());
            return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
        } catch (IOException e) {
            return true;
        }
    }

    private static boolean eventually(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return true;
    }
}
