package dev.rft.monitor.log;

import static dev.rft.monitor.log.LogFixtures.file;
import static dev.rft.monitor.log.LogFixtures.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rft.api.signal.Signals;
import dev.rft.monitor.log.LogFixtures.Read;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OtherLogsTest {

    @TempDir private Path dir;

    @Test
    void next_verlFile_hasNullForWhatIsNotFinite() throws IOException {
        Path file =
                file(
                        dir,
                        "run.jsonl",
                        "{\"step\":0,\"data\":{\"val-core/gsm8k/acc/mean@1\":0.5}}",
                        "{\"step\":1,\"data\":{\"actor/pg_loss\":0.5,\"actor/grad_norm\":null,"
                                + "\"critic/score/mean\":0.25,\"critic/rewards/mean\":0.125,"
                                + "\"val-core/gsm8k/acc/mean@1\":null}}",
                        "{\"step\":2,\"data\":{\"actor/pg_loss\":0.75}");

        Read read = read(file);

        assertThat(read.format()).isEqualTo(LogFormat.VERL);
        assertThat(read.keys()).containsExactly("1");
        assertThat(read.values("loss.policy")).containsExactly(0.5);
        assertThat(read.values("grad.norm")).containsExactly(Double.NaN);
        assertThat(read.values("reward.mean")).containsExactly(0.25);
        assertThat(read.values("critic/rewards/mean")).containsExactly(0.125);
        assertThat(read.values("val-core/gsm8k/acc/mean@1")).containsOnlyNulls();
        assertThat(read.progress().skipped()).isEqualTo(1);
        assertThat(read.progress().firstSkipped()).startsWith("run.jsonl, line 3: ");
    }

    @Test
    void next_verlConsole_isFoundAmongOtherLines() throws IOException {
        Path file =
                file(
                        dir,
                        "console.log",
                        "(TaskRunner pid=22) step:0 - val-core/x/acc/mean@1:0.5",
                        "\u001b[36m(TaskRunner pid=22)\u001b[0m step:34 -"
                                + " actor/entropy:0.25 - actor/lr:2e-06 -"
                                + " actor/grad_norm:np.float64(0.5) - training/global_step:34",
                        "Training Progress:  12%|#  | 34/290 [00:01<00:02] next step: 35",
                        "(TaskRunner pid=22) step:35 - actor/ppo_kl:-8.5e-06 -"
                                + " actor/grad_norm:nan - response_length/mean:512.0");

        Read read = read(file);

        assertThat(read.format()).isEqualTo(LogFormat.VERL);
        assertThat(read.keys()).containsExactly("34", "35");
        assertThat(read.values("entropy")).containsExactly(0.25, null);
        assertThat(read.values("learning_rate")).containsExactly(2e-06, null);
        assertThat(read.values("grad.norm")).containsExactly(0.5, Double.NaN);
        assertThat(read.values("actor/ppo_kl")).containsExactly(null, -8.5e-06);
        assertThat(read.values("response.length")).containsExactly(null, 512.0);
        assertThat(read.progress().skipped()).isZero();
    }

    @Test
    void next_verlLineThatATerminalHasCut_isPutTogether() throws IOException {
        Path file =
                file(
                        dir,
                        "copied.log",
                        "step:1 - actor/entropy:0.25 - actor/gr",
                        "ad_norm:0.5 - actor/lr:2e-",
                        "06 - actor/pg_loss:0.5 -",
                        "critic/score/mean:0.75",
                        "Saving checkpoint",
                        "step:2 - actor/entropy:0.5");

        Read read = read(file);

        assertThat(read.keys()).containsExactly("1", "2");
        assertThat(read.values("grad.norm")).containsExactly(0.5, null);
        assertThat(read.values("learning_rate")).containsExactly(2e-06, null);
        assertThat(read.values("reward.mean")).containsExactly(0.75, null);
        assertThat(read.values("entropy")).containsExactly(0.25, 0.5);
    }

    @Test
    void next_openRlhfConsole_isFoundAmongOtherLines() throws IOException {
        Path file =
                file(
                        dir,
                        "console.log",
                        "INFO 08-13 10:12:12 x.py:1] Starting",
                        "INFO 08-13 10:12:13 ppo_trainer.py:123] \u2728 Global step 17:"
                                + " {'policy_loss': -0.5, 'actor_lr': 5e-07, 'kl': nan,"
                                + " 'reward': tensor(0.25, device='cuda:0'), 'text': 'a, b}',"
                                + " 'list': [1, 2], 'none': None}",
                        "INFO 08-13 10:12:14 x.py:1] Global step 18: {'reward': 0.5");

        Read read = read(file);

        assertThat(read.format()).isEqualTo(LogFormat.OPENRLHF);
        assertThat(read.keys()).containsExactly("17");
        assertThat(read.values("loss.policy")).containsExactly(-0.5);
        assertThat(read.values("learning_rate")).containsExactly(5e-07);
        assertThat(read.values("kl.reference")).containsExactly(Double.NaN);
        assertThat(read.values("reward.mean")).containsExactly(0.25);
        assertThat(read.values("list")).containsOnlyNulls();
        assertThat(read.progress().skipped()).isEqualTo(1);
    }

    @Test
    void next_rftMetrics_keepTheirKeys() throws IOException {
        Path file =
                file(
                        dir,
                        "metrics.jsonl",
                        "{\"schema\":\"rft-metrics\",\"version\":1}",
                        rft(1, 0, 0, "\"reward.mean\":0.5"),
                        rft(2, 0, 0, "\"reward.mean\":\"NaN\""),
                        rft(2, 0, 0, "\"reward.mean\":0.75"),
                        rft(2, 1, 0, "\"reward.mean\":0.25"),
                        "{\"run\":\"r\",\"step\":3,\"att",
                        rft(1, 0, 1, "\"reward.mean\":1.0"));

        Read read = read(file);

        assertThat(read.format()).isEqualTo(LogFormat.RFT);
        assertThat(read.keys()).containsExactly("1", "2", "2 (attempt 1)", "1 (incarnation 1)");
        assertThat(read.values("reward.mean")).containsExactly(0.5, Double.NaN, 0.25, 1.0);
        assertThat(read.progress().skipped()).as("the duplicate and the torn line").isEqualTo(2);
        assertThat(read.progress().firstSkipped()).isEqualTo("metrics.jsonl, line 4: step 2 again");
    }

    @Test
    void next_rftWithCounts_givesThem_andSkipsARowWhoseCountsAreNone() throws IOException {
        String head =
                "{\"run\":\"r\",\"step\":%d,\"values\":{\"reward.mean\":0.5},\"counts\":{%s}}";
        Path file =
                file(
                        dir,
                        "metrics.jsonl",
                        "{\"schema\":\"rft-metrics\",\"version\":1}",
                        head.formatted(1, "\"reward.mean\":192"),
                        head.formatted(2, "\"reward.mean\":0"),
                        head.formatted(3, "\"reward.mean\":1.5"),
                        head.formatted(4, ""));

        try (LogReader reader = Logs.open(file)) {
            assertThat(reader.next().orElseThrow().count(Signals.REWARD_MEAN)).hasValue(192);
            assertThat(reader.next().orElseThrow().key().step()).isEqualTo(4);
            assertThat(reader.progress().skipped()).isEqualTo(2);
            assertThat(reader.progress().firstSkipped())
                    .isEqualTo("metrics.jsonl, line 3: counts: must be integers >= 1, one was 0.0");
        }
    }

    private static String rft(int step, int attempt, int incarnation, String values) {
        return "{\"run\":\"r\",\"step\":%d,\"attempt\":%d,\"incarnation\":%d,\"time\":\"t\",\"discarded\":0,\"values\":{%s},\"alarms\":[]}"
                .formatted(step, attempt, incarnation, values);
    }

    @Test
    void open_textOfNoFormat_saysWhichThereAre() throws IOException {
        Path file = file(dir, "notes.txt", "hello", "{\"a\": 1}", "step:");

        assertThatThrownBy(() -> Logs.open(file))
                .isInstanceOf(LogException.class)
                .hasMessage(
                        file
                                + ": is of no format that rft reads (trl, verl, openrlhf,"
                                + " tensorboard, rft, rft-faultbench)");
    }

    @Test
    void open_missingOrEmpty_saysSo() throws IOException {
        Path missing = dir.resolve("missing");
        Path empty = java.nio.file.Files.createFile(dir.resolve("empty.log"));

        assertThatThrownBy(() -> Logs.open(missing))
                .hasMessage(missing + ": no such file or directory");
        assertThatThrownBy(() -> Logs.open(empty)).hasMessage(empty + ": is empty");
    }

    @Test
    void open_directoryWithSeveralLogs_asksForOne() throws IOException {
        file(dir, "a.log", "step:1 - actor/lr:0.5");
        file(dir, "b.log", "step:1 - actor/lr:0.5");
        file(dir, "c.log", "nothing");

        assertThatThrownBy(() -> Logs.open(dir))
                .isInstanceOf(LogException.class)
                .hasMessageContaining("holds several logs; name one")
                .hasMessageNotContaining("c.log");
    }
}
