package dev.rft.cli.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.monitor.log.Follow;
import dev.rft.monitor.profile.Profile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ProfileCommandTest {

    @TempDir private Path dir = Path.of("");
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int execute(Object command, Object... args) {
        String[] given = List.of(args).stream().map(String::valueOf).toArray(String[]::new);
        return new CommandLine(command).setErr(new PrintWriter(err, true, UTF_8)).execute(given);
    }

    private int profile(Object... args) {
        return execute(new ProfileCommand(stream(out), stream(err)), args);
    }

    private int replay(Object... args) {
        Follow following = new Follow(Duration.ofSeconds(1), time -> {}, () -> true);
        return execute(new ReplayCommand(stream(out), stream(err), following), args);
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, UTF_8);
    }

    /** A run of which a dead verifier scores all responses 0 from the first step on, or none. */
    private Path run(String name, long seed, double reward, double length) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        String rows =
                IntStream.rangeClosed(1, 40)
                        .mapToObj(
                                step ->
                                        ("{\"step\": %d, \"loss\": %s, \"grad_norm\": %s,"
                                                        + " \"reward\": %s, \"entropy\": %s,"
                                                        + " \"completions/mean_length\": %s}")
                                                .formatted(
                                                        step,
                                                        random.nextDouble(-0.01, 0.01),
                                                        random.nextDouble(0.8, 1.2),
                                                        reward * random.nextDouble(0.9, 1.1),
                                                        random.nextDouble(0.9, 1.1),
                                                        length * random.nextDouble(0.9, 1.1)))
                        .collect(Collectors.joining(",\n"));
        Path run = Files.createDirectories(dir.resolve(name));
        Files.writeString(run.resolve("trainer_state.json"), "{\"log_history\": [" + rows + "]}");
        return run;
    }

    private Path learned() throws IOException {
        Path file = dir.resolve("healthy.json");
        int code =
                profile(
                        run("a", 1, 0.5, 100),
                        run("b", 2, 0.5, 100),
                        run("c", 3, 0.5, 100),
                        "--out",
                        file);
        assertThat(err.toString(UTF_8)).isEmpty();
        assertThat(code).isZero();
        return file;
    }

    @Test
    void call_threeHealthyRuns_writesTheirProfileAndJudgesEachByTheOthers() throws IOException {
        Path file = learned();

        assertThat(Profile.read(file).runs()).containsExactly("a", "b", "c");
        assertThat(out.toString(UTF_8))
                .startsWith("3 runs, 5 signals\na judged by the others: as they are\n")
                .contains("few runs: ")
                .endsWith("written to " + file + "\n");
    }

    @Test
    void call_oneRunIsSick_isToldByTheOthers() throws IOException {
        profile(
                run("a", 1, 0.5, 100),
                run("b", 2, 0.5, 100),
                run("c", 3, 0.5, 100),
                run("sick", 4, 0.5, 900),
                "--out",
                dir.resolve("p.json"));
        assertThat(out.toString(UTF_8))
                .containsPattern(
                        "sick judged by the others: \n  step 4: profile-generation:"
                                + " response.length");
    }

    @Test
    void call_oneLog_isABadArgument() throws IOException {
        assertThat(profile(run("a", 1, 0.5, 100), "--out", dir.resolve("p.json"))).isEqualTo(2);
        assertThat(Files.exists(dir.resolve("p.json"))).isFalse();
    }

    @Test
    void call_sameLogTwice_isABadArgument() throws IOException {
        Path run = run("a", 1, 0.5, 100);
        assertThat(profile(run, run, "--out", dir.resolve("p.json"))).isEqualTo(2);
        assertThat(err.toString(UTF_8)).contains("must be different runs");
    }

    @Test
    void call_unreadableLog_exitsWith2AndWritesNothing() throws IOException {
        Path nothing = dir.resolve("nothing.json");
        assertThat(profile(run("a", 1, 0.5, 100), nothing, "--out", dir.resolve("p.json")))
                .isEqualTo(2);
        assertThat(err.toString(UTF_8)).startsWith("rft profile: ").contains("nothing.json");
        assertThat(Files.exists(dir.resolve("p.json"))).isFalse();
    }

    @Test
    void replay_deadVerifierFromTheFirstStep_isSeenWithTheProfileAlone() throws IOException {
        Path file = learned();
        Path sick = run("sick", 9, 0, 100);

        assertThat(replay(sick)).isZero();
        assertThat(replay(sick, "--profile", file)).isEqualTo(1);
        assertThat(out.toString(UTF_8))
                .contains("since step 1\n  profile-reward: reward.mean = 0.000");
        assertThat(replay(run("d", 10, 0.5, 100), "--profile", file)).isZero();
    }

    @Test
    void replay_noProfile_exitsWith2() throws IOException {
        Path text = Files.writeString(dir.resolve("x.json"), "{}");
        assertThat(replay(run("a", 1, 0.5, 100), "--profile", text)).isEqualTo(2);
        assertThat(err.toString(UTF_8)).contains("x.json: is no rft-profile file");
    }
}
