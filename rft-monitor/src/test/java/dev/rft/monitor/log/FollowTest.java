package dev.rft.monitor.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to the file happens while the reader waits, one event per wait. */
class FollowTest {

    /** Does something to the file. */
    @FunctionalInterface
    private interface Event {
        void happen() throws IOException;
    }

    @TempDir private Path dir;
    private Path file = Path.of("");
    private final Deque<Event> events = new ArrayDeque<>();
    private final List<Duration> waits = new ArrayList<>();

    @BeforeEach
    void begin() throws IOException {
        file = dir.resolve("run.jsonl");
        Files.writeString(file, row(1));
    }

    private static String row(int step) {
        return "{\"step\":" + step + ",\"data\":{\"actor/lr\":0.5}}\n";
    }

    private void append(String text) throws IOException {
        Files.write(file, text.getBytes(UTF_8), StandardOpenOption.APPEND);
    }

    private List<String> follow() throws IOException {
        Follow follow =
                new Follow(
                        Duration.ofSeconds(1),
                        time -> {
                            waits.add(time);
                            try {
                                events.removeFirst().happen();
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        },
                        events::isEmpty);
        List<String> keys = new ArrayList<>();
        try (LogReader reader = Logs.open(file, LogOptions.defaults().following(follow))) {
            Optional<Observation> next = reader.next();
            while (next.isPresent()) {
                keys.add(next.get().key().toString());
                next = reader.next();
            }
            keys.add(reader.progress().skipped() + " skipped");
        }
        return keys;
    }

    @Test
    void next_fileThatGrows_isReadAsItGrows() throws IOException {
        events.add(() -> append(row(2)));
        events.add(() -> {});
        events.add(() -> append(row(3) + row(4)));

        assertThat(follow()).containsExactly("1", "2", "3", "4", "0 skipped");
        assertThat(waits).hasSize(3).containsOnly(Duration.ofSeconds(1));
    }

    @Test
    void next_lineInThreePieces_waitsForItsEnd() throws IOException {
        String row = row(2);
        events.add(() -> append(row.substring(0, 5)));
        events.add(() -> append(row.substring(5, 20)));
        events.add(() -> append(row.substring(20)));

        assertThat(follow()).containsExactly("1", "2", "0 skipped");
    }

    @Test
    void next_lineThatNeverEnds_isNotReturned() throws IOException {
        events.add(() -> append(row(2).strip()));

        assertThat(follow()).containsExactly("1", "0 skipped");
    }

    @Test
    void next_truncatedFile_beginsAnew() throws IOException {
        events.add(() -> append(row(2) + "{\"step\":3,"));
        events.add(() -> Files.writeString(file, row(1)));
        events.add(() -> append(row(2)));

        assertThat(follow())
                .containsExactly("1", "2", "1 (incarnation 1)", "2 (incarnation 1)", "1 skipped");
    }

    @Test
    void next_rotatedFile_goesOnInTheNewOne() throws IOException {
        Path next = dir.resolve("next");
        events.add(() -> Files.delete(file));
        events.add(
                () -> {
                    Files.writeString(next, row(2) + row(3));
                    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
                });

        assertThat(follow()).containsExactly("1", "2", "3", "0 skipped");
    }

    @Test
    void next_interrupted_ends() throws IOException {
        Follow follow =
                new Follow(
                        Duration.ofSeconds(1),
                        time -> {
                            throw new InterruptedException();
                        },
                        () -> false);
        try (LogReader reader = Logs.open(file, LogOptions.defaults().following(follow))) {
            assertThat(reader.next()).isPresent();
            assertThat(reader.next()).isEmpty();
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    private static String state(int... steps) {
        return Arrays.stream(steps)
                .mapToObj(step -> "{\"step\": " + step + ", \"reward\": 0." + step + "}")
                .collect(Collectors.joining(",\n", "{\"log_history\": [", "]}"));
    }

    private void trainerState() throws IOException {
        file = dir.resolve("trainer_state.json");
        Files.writeString(file, state(1, 2));
    }

    @Test
    void next_trainerState_givesTheNewRowsEachTimeItIsWritten() throws IOException {
        trainerState();
        events.add(() -> {});
        events.add(() -> Files.writeString(file, state(1, 2, 3, 4)));
        events.add(() -> Files.writeString(file, state(1, 2, 3, 4)));
        events.add(() -> Files.writeString(file, state(1, 2, 3, 4, 5)));

        assertThat(follow()).containsExactly("1", "2", "3", "4", "5", "0 skipped");
    }

    @Test
    void next_trainerStateHalfWritten_waitsForTheRest() throws IOException {
        trainerState();
        String whole = state(1, 2, 3);
        events.add(() -> Files.writeString(file, whole.substring(0, whole.length() - 9)));
        events.add(() -> Files.writeString(file, whole));
        events.add(() -> Files.writeString(file, whole.substring(0, 20)));

        assertThat(follow()).containsExactly("1", "2", "3", "0 skipped");
    }

    @Test
    void next_trainerStateNeverWhole_isAnErrorAtTheEnd() throws IOException {
        trainerState();
        Files.writeString(file, state(1, 2).substring(0, 30));

        assertThatThrownBy(this::follow)
                .isInstanceOf(LogException.class)
                .hasMessageStartingWith(file + ", line 1: ");
    }

    @Test
    void next_resumedTrainer_isTheNextIncarnationFromWhereHistoriesDiffer() throws IOException {
        trainerState();
        Files.writeString(file, state(1, 2, 3, 4));
        events.add(() -> Files.writeString(file, state(1, 2)));
        events.add(() -> Files.writeString(file, state(1, 2, 3, 4, 5).replace("0.3", "0.7")));

        assertThat(follow())
                .containsExactly(
                        "1",
                        "2",
                        "3",
                        "4",
                        "3 (incarnation 1)",
                        "4 (incarnation 1)",
                        "5 (incarnation 1)",
                        "0 skipped");
    }

    @Test
    void next_checkpointsInADirectory_followsTheNewest() throws IOException {
        Path first = Files.createDirectories(dir.resolve("run/checkpoint-2"));
        Files.writeString(first.resolve("trainer_state.json"), state(1, 2));
        file = dir.resolve("run");
        Path second = dir.resolve("run/checkpoint-10");
        events.add(() -> Files.createDirectories(second));
        events.add(
                () -> Files.writeString(second.resolve("trainer_state.json"), state(1, 2, 3, 10)));
        events.add(() -> Files.delete(first.resolve("trainer_state.json")));

        assertThat(follow()).containsExactly("1", "2", "3", "10", "0 skipped");
    }

    @Test
    void read_streamOfAProgramsOutput_passesOverWhatIsNoRowAndAnUnfinishedLine()
            throws IOException {
        String output =
                "loading...\n{\"step\":1,\"values\":{\"reward.mean\":0.5}}\n{\"a\":1}\n"
                        + "{\"step\":2,\"values\":{\"reward.mean\":\"NaN\"}}\n{\"step\":3,\"va";
        InputStream in = new ByteArrayInputStream(output.getBytes(StandardCharsets.UTF_8));

        try (LogReader reader = Logs.read(in, LogFormat.RFT, "output")) {
            assertThat(reader.next().orElseThrow().key().step()).isEqualTo(1);
            Observation second = reader.next().orElseThrow();
            assertThat(second.key().step()).isEqualTo(2);
            assertThat(second.value(Signals.REWARD_MEAN)).contains(Double.NaN);
            assertThat(reader.next()).isEmpty();
            assertThat(reader.progress().skipped()).isEqualTo(2);
            assertThat(reader.progress().firstSkipped()).startsWith("output, line 1: ");
        }
    }

    @Test
    void read_streamOfEventFiles_isRefused() {
        assertThatThrownBy(
                        () ->
                                Logs.read(
                                        InputStream.nullInputStream(),
                                        LogFormat.TENSORBOARD,
                                        "output"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("format: must be one of lines, was tensorboard");
    }
}
