package dev.rft.monitor.log;

import static dev.rft.monitor.log.LogFixtures.read;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rft.monitor.log.LogFixtures.Read;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A broken log is a clear error or counted skips: never a crash, never a hang. */
@Timeout(60)
class LogFuzzTest {

    private static final int ROUNDS = 120;

    @TempDir private Path dir;

    private static byte[] sample(LogFormat format) throws IOException {
        return switch (format) {
            case TRL ->
                    """
                    {"best": null, "log_history": [
                    {"step": 1, "reward": 0.5, "kl": NaN, "n": {"a": [1]}},
                    {"step": 2, "reward": 1e-3, "loss": -Infinity}], "x": 1}
                    """
                            .getBytes(UTF_8);
            case VERL ->
                    """
                    {"step":1,"data":{"actor/lr":0.5,"actor/kl_loss":null}}
                    step:2 - actor/lr:0.5 - actor/grad_norm:nan
                    """
                            .getBytes(UTF_8);
            case OPENRLHF ->
                    """
                    I x] Global step 1: {'reward': 0.5, 'kl': nan, 't': tensor(1.0)}
                    I x] Global step 2: {'reward': 1.5, "kl": inf}
                    """
                            .getBytes(UTF_8);
            case RFT ->
                    """
                    {"schema":"rft-metrics","version":1}
                    {"run":"r","step":1,"attempt":0,"incarnation":0,"values":{"kl":"NaN"}}
                    """
                            .getBytes(UTF_8);
            case RFT_FAULTBENCH ->
                    """
                    {"step":1,"metrics":{"reward":0.5,"kl":NaN},"metadata":{"a":[1]}}
                    {"metrics":{"reward":1.5},"metadata":{"rollout_step":2}}
                    """
                            .getBytes(UTF_8);
            case TENSORBOARD -> {
                try (InputStream in =
                        Objects.requireNonNull(
                                LogFuzzTest.class.getResourceAsStream("tensors.tfevents.1"))) {
                    yield in.readAllBytes();
                }
            }
        };
    }

    @ParameterizedTest
    @EnumSource
    void read_changedBytes_isAnErrorOrASkip(LogFormat format) throws IOException {
        byte[] sample = sample(format);
        SplittableRandom random = new SplittableRandom(7);
        Path file = dir.resolve("fuzzed");
        int read = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Files.write(file, changed(sample, random));
            read += readsOrComplains(file, format) ? 1 : 0;
        }
        assertThat(read).as("readable after all").isPositive();
    }

    private static boolean readsOrComplains(Path file, LogFormat format) {
        try {
            read(file, LogOptions.defaults().withFormat(Optional.of(format)));
            return true;
        } catch (LogException broken) {
            assertThat(broken).hasMessageStartingWith(file.toString());
            return false;
        } catch (IOException other) {
            throw new AssertionError("not a clear error", other);
        }
    }

    @ParameterizedTest
    @EnumSource
    void read_noise_isAnErrorOrASkip(LogFormat format) throws IOException {
        SplittableRandom random = new SplittableRandom(11);
        Path file = dir.resolve("noise");
        byte[] bytes = new byte[4_096];
        for (int round = 0; round < 20; round++) {
            random.nextBytes(bytes);
            Files.write(file, bytes);
            readsOrComplains(file, format);
            assertThatThrownBy(() -> Logs.open(file)).isInstanceOf(LogException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"trajectories.jsonl", "trajectories.jsonl.gz"})
    void read_changedTrajectories_areAnErrorOrASkip(String name) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 12; i++) {
            lines.append(
                    """
                    {"step": %d, "prompt_id": "p%d", "completion": "4", "reward": %d, \
                    "response_length": 2, "advantage": 0.5, "repetition_ratio": 0.0, \
                    "unique_token_ratio": 1.0, "empty": 0, "short": 0, "long": 0, "truncated": 0}
                    """
                            .formatted(1 + i / 4, i / 2, i % 2));
        }
        byte[] whole = name.endsWith(".gz") ? packed(lines.toString()) : bytes(lines.toString());
        Path run = Files.createDirectory(dir.resolve("run"));
        Files.write(
                run.resolve("trainer_state.json"),
                bytes(
                        "[{\"step\": 1, \"kl\": 1}, {\"step\": 2, \"kl\": 1}, {\"step\": 3, \"kl\": 1}]"));
        SplittableRandom random = new SplittableRandom(13);
        int used = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Files.write(run.resolve(name), changed(whole, random));
            try {
                Read read = read(run);
                assertThat(read.keys()).containsExactly("1", "2", "3");
                used += read.values("response.empty").contains(null) ? 0 : 1;
            } catch (LogException broken) {
                assertThat(broken).hasMessageContaining(name);
            }
        }
        assertThat(used).as("used after all").isPositive();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static byte[] packed(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(bytes(text));
        }
        return bytes.toByteArray();
    }

    private static byte[] changed(byte[] whole, SplittableRandom random) {
        byte[] bytes = whole.clone();
        for (int i = 0; i <= random.nextInt(4); i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
    }

    @Test
    void read_hostileLines_areSkippedAndCounted() throws IOException {
        String deep = "[".repeat(100_000);
        Map<String, byte[]> lines = new LinkedHashMap<>();
        lines.put("deep", ("{\"step\":1,\"data\":{\"a\":" + deep + "}}").getBytes(UTF_8));
        lines.put("long number", row("1" + "0".repeat(5_000)).getBytes(UTF_8));
        lines.put("wrong type", "{\"step\":\"one\",\"data\":{\"a\":1}}".getBytes(UTF_8));
        lines.put("array", "[1, 2, 3]".getBytes(UTF_8));
        lines.put("half step", "{\"step\":1.5,\"data\":{\"a\":1}}".getBytes(UTF_8));
        lines.put("negative step", "{\"step\":-1,\"data\":{\"a\":1}}".getBytes(UTF_8));
        lines.put("huge step", "{\"step\":1e300,\"data\":{\"a\":1}}".getBytes(UTF_8));
        lines.put("zero bytes", new byte[1_000]);
        lines.put("latin 1", "{\"step\":1,\"data\":{\"\u00e9\":1}}".getBytes(ISO_8859_1));
        Path file = dir.resolve("hostile.jsonl");
        int broken = 0;
        try (OutputStream out = Files.newOutputStream(file)) {
            for (byte[] line : lines.values()) {
                out.write(line);
                out.write('\n');
                broken++;
            }
            out.write("\uFEFF".getBytes(UTF_8)); // in the middle it is a mistake
            out.write((row("0.5") + "\r\n" + row("1e400").replace(":1,", ":2,")).getBytes(UTF_8));
        }

        Read read = read(file, LogOptions.defaults().withFormat(Optional.of(LogFormat.VERL)));

        assertThat(read.keys()).contains("2").hasSizeLessThanOrEqualTo(2);
        assertThat(read.values("a")).contains(Double.POSITIVE_INFINITY);
        assertThat(read.progress().skipped()).isGreaterThanOrEqualTo(broken - 2);
    }

    private static String row(String number) {
        return "{\"step\":1,\"data\":{\"a\":" + number + "}}";
    }

    @Test
    void read_markAtTheBeginning_isNoPartOfTheText() throws IOException {
        Path file = dir.resolve("marked.jsonl");
        Files.write(file, ("\uFEFF" + row("0.5") + "\r\n").getBytes(UTF_8));

        assertThat(read(file).values("a")).containsExactly(0.5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"log_history\": [{\"a\": ", "{\"log_history\": [{\"step\": 1, \"a\": "})
    void read_deepTrainerState_isAnError(String begin) throws IOException {
        Path file = dir.resolve("trainer_state.json");
        Files.writeString(file, begin + "[".repeat(100_000));

        assertThatThrownBy(() -> read(file))
                .isInstanceOf(LogException.class)
                .hasMessageContaining("nesting depth");
    }

    @Test
    void next_lineBeyondTheLimit_isSkippedWithoutBeingKept() throws IOException {
        byte[] text = ("x".repeat(1_000) + "\nshort\n" + "y".repeat(1_000)).getBytes(UTF_8);
        try (LineSource lines =
                new LineSource(new java.io.ByteArrayInputStream(text), false, 100)) {
            assertThat(lines.next()).isTrue();
        }
        try (LineSource lines = new LineSource(new Trickle(text), false, 100)) {
            assertThat(lines.next()).isTrue();
            assertThat(lines.tooLong()).isTrue();
            assertThat(lines.next()).isTrue();
            assertThat(lines.text()).isEqualTo("short");
            assertThat(lines.line()).isEqualTo(2);
            assertThat(lines.next()).isTrue();
            assertThat(lines.tooLong()).isTrue();
            assertThat(lines.next()).isFalse();
        }
    }

    /** Gives some bytes at a time. */
    private static final class Trickle extends InputStream {
        private final byte[] bytes;
        private int at;

        Trickle(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read() {
            return at < bytes.length ? bytes[at++] : -1;
        }

        @Override
        public int read(byte[] into, int offset, int count) {
            if (at == bytes.length) {
                return -1;
            }
            int read = Math.min(Math.min(count, 7), bytes.length - at);
            System.arraycopy(bytes, at, into, offset, read);
            at += read;
            return read;
        }
    }

    @Test
    @Tag("slow")
    void read_aHundredMegabytesInOneLine_isSkipped() throws IOException {
        Path file = dir.resolve("long.jsonl");
        byte[] chunk = new byte[1 << 20];
        Arrays.fill(chunk, (byte) 'x');
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            out.write("{\"step\":1,\"data\":{\"a\":\"".getBytes(UTF_8));
            for (int i = 0; i < 100; i++) {
                out.write(chunk);
            }
            out.write(("\"}}\n" + row("0.5") + "\n").getBytes(UTF_8));
        }

        Read read = read(file);

        assertThat(read.values("a")).containsExactly(0.5);
        assertThat(read.progress().skipped()).isEqualTo(1);
    }
}
