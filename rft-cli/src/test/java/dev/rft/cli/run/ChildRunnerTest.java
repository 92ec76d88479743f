package dev.rft.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.recovery.Mode;
import dev.rft.recovery.Outcome;
import dev.rft.recovery.RecoveryAction;
import dev.rft.recovery.RecoveryConfig;
import dev.rft.recovery.Watchdog;
import dev.rft.recovery.event.RftEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
@Timeout(60)
class ChildRunnerTest {

    private static final Watchdog QUICK =
            new Watchdog(
                    5, 5, Duration.ofMillis(700), false, Duration.ofMillis(10), System::nanoTime);

    @TempDir Path directory;
    private Scripted child;

    @BeforeEach
    void guard() throws IOException {
        child = new Scripted(directory);
    }

    @AfterEach
    void leave() {
        child.close();
    }

    @Test
    void run_returnsZeroAndSeesEveryStepOfACommandThatEndsWell() throws Exception {
        assertThat(child.run("for i in 1 2 3; do step $i; done")).isZero();

        assertThat(child.steps()).containsExactly(1L, 2L, 3L);
        RftEvent.RunFinished end = child.events(RftEvent.RunFinished.class).get(0);
        assertThat(end.completed()).isTrue();
    }

    @Test
    void run_returnsTheCodeOfACommandThatLogsNothing() throws Exception {
        RecoveryConfig quiet = noRestarts();
        assertThat(child.config(quiet).run("exit 41")).isEqualTo(41);
        assertThat(child.steps()).isEmpty();
    }

    private static RecoveryConfig noRestarts() {
        RecoveryConfig.Ladder off = RecoveryConfig.defaults().ladder();
        return RecoveryConfig.defaults()
                .withLadder(
                        new RecoveryConfig.Ladder(
                                false,
                                off.learningRateFactor(),
                                off.leastLearningRateFactor(),
                                off.furtherFactor(),
                                off.klCoefficientFactor(),
                                off.entropyCoefficientFactor(),
                                off.temperatureFactor(),
                                off.maxTemperature()));
    }

    @Test
    void run_passesOutputOnByteForByte() throws Exception {
        byte[] odd = new byte[100_000];
        new java.util.Random(1).nextBytes(odd);
        Files.write(directory.resolve("odd"), odd);

        assertThat(child.run("cat \"$D/odd\"; printf 'no line feed'")).isZero();

        byte[] expected = new byte[odd.length + 12];
        System.arraycopy(odd, 0, expected, 0, odd.length);
        System.arraycopy(
                "no line feed".getBytes(StandardCharsets.UTF_8), 0, expected, odd.length, 12);
        assertThat(child.output()).isEqualTo(expected);
    }

    @Test
    void run_restartsACommandThatCrashesAndVerifiesThatItHelped() throws Exception {
        int code =
                child.run(
                        """
                        if [ "$RFT_RESTARTS" = 0 ]; then
                          echo '{"checkpoints":[2,4]}' > "$RFT_CONTROL_DIR/capabilities.json"
                          for i in 1 2 3 4 5; do step $i; done
                          exit 3
                        fi
                        echo "$RFT_RESTARTS $RFT_RESUME_STEP" > "$D/second"
                        i=$RFT_RESUME_STEP
                        while [ $i -lt 30 ]; do i=$((i+1)); step $i; done
                        """);

        assertThat(code).isZero();
        assertThat(directory.resolve("second")).hasContent("1 4");
        assertThat(child.events(RftEvent.ActionVerified.class))
                .extracting(event -> event.attempt().outcome())
                .containsExactly(Outcome.HELPED);
        RftEvent.ActionTaken taken = child.events(RftEvent.ActionTaken.class).get(0);
        assertThat(taken.resumesAfter().step()).isEqualTo(4);
        assertThat(taken.resumesAfter().attempt()).isEqualTo(1);
    }

    @Test
    void run_givesUpACommandThatGoesOnCrashingAfterTheBudget() throws Exception {
        int code = child.run("echo x >> \"$D/lives\"; step 1; exit 9");

        assertThat(code).isEqualTo(9);
        assertThat(directory.resolve("lives")).hasContent("x\nx\nx\nx\n"); // 1 and 3 restarts
        assertThat(child.events(RftEvent.RunFinished.class).get(0).completed()).isFalse();
    }

    @Test
    void run_inShadowRestartsNothing() throws Exception {
        int code = child.mode(Mode.shadow()).run("echo x >> \"$D/lives\"; step 1; exit 9");

        assertThat(code).isEqualTo(9);
        assertThat(directory.resolve("lives")).hasContent("x\n");
        assertThat(child.events(RftEvent.ActionWithheld.class)).hasSize(1);
    }

    private Mode advised(String adviser, Duration timeout) {
        return Mode.advise(new CommandAdvisor("D='" + directory + "'; " + adviser), timeout);
    }

    @Test
    void run_adviserThatAllowsOnceAndThenDeclines_isHeard() throws Exception {
        String adviser =
                "echo \"$RFT_ACTION $RFT_CAUSE $RFT_OPENED\" >> \"$D/asked\";"
                        + " [ $(wc -l < \"$D/asked\") = 1 ]";

        int code =
                child.mode(advised(adviser, Duration.ofSeconds(30)))
                        .run("echo x >> \"$D/lives\"; step 1; exit 9");

        assertThat(code).isEqualTo(9);
        assertThat(directory.resolve("lives")).hasContent("x\nx\n");
        assertThat(directory.resolve("asked")).content().startsWith("Restart ").hasLineCount(2);
        assertThat(child.events(RftEvent.ActionWithheld.class))
                .extracting(RftEvent.ActionWithheld::reason)
                .containsExactly("the adviser declined");
    }

    @Test
    void run_adviserThatFailsOrTakesTooLong_hasNotAnswered() throws Exception {
        child.mode(advised("exit 3", Duration.ofSeconds(30))).run("step 1; exit 9");
        child.mode(advised("echo $$ > \"$D/pid\"; sleep 1000", Duration.ofSeconds(1)))
                .run("step 1; exit 9");

        assertThat(child.events(RftEvent.ActionWithheld.class))
                .extracting(RftEvent.ActionWithheld::reason)
                .containsExactly("the adviser failed", "the adviser has not answered within PT1S");
        long pid = Long.parseLong(Files.readString(directory.resolve("pid")).trim());
        assertThat(Scripted.eventually(() -> !Scripted.alive(pid))).isTrue();
    }

    @Test
    void run_killsACommandThatHangsAndStartsItAgain() throws Exception {
        int code =
                child.watchdog(QUICK)
                        .patience(Duration.ofMillis(200))
                        .run(
                                """
                                if [ "$RFT_RESTARTS" = 0 ]; then
                                  trap '' TERM
                                  echo $$ > "$D/pid"
                                  for i in 1 2 3 4 5 6 7 8; do step $i; sleep 0.02; done
                                  while :; do sleep 60; done
                                fi
                                i=8
                                while [ $i -lt 30 ]; do i=$((i+1)); step $i; done
                                """);

        assertThat(code).isZero();
        assertThat(child.events(RftEvent.HangSuspected.class)).isNotEmpty();
        assertThat(child.events(RftEvent.ActionTaken.class).get(0).action())
                .isInstanceOf(RecoveryAction.Restart.class);
        long pid = Long.parseLong(Files.readString(directory.resolve("pid")).strip());
        assertThat(Scripted.alive(pid)).isFalse();
        assertThat(child.steps()).endsWith(30L);
    }

    @Test
    void run_returns124WhenACommandHangsAgain() throws Exception {
        int code =
                child.watchdog(QUICK)
                        .run(
                                "for i in 1 2 3 4 5 6 7 8; do step $i; sleep 0.02; done\n"
                                        + "exec sleep 1000");
        assertThat(code).isEqualTo(ChildRunner.HUNG);
    }

    @Test
    void run_inShadowTellsOfAHangAndTouchesNothing() throws Exception {
        int code =
                child.watchdog(QUICK)
                        .mode(Mode.shadow())
                        .run(
                                """
                                for i in 1 2 3 4 5 6 7 8; do step $i; sleep 0.02; done
                                sleep 1.5
                                step 9
                                """);
        assertThat(code).isZero();
        assertThat(child.events(RftEvent.HangSuspected.class)).isNotEmpty();
        assertThat(child.steps()).contains(9L);
    }

    @Test
    void run_forwardsASignalToTheGroupAndDoesNotRestart() throws Exception {
        CompletableFuture<Integer> code =
                started(
                        """
                        trap 'echo got > "$D/trapped"; exit 5' TERM
                        step 1
                        echo ready > "$D/ready"
                        while :; do sleep 0.01; done
                        """);
        assertThat(Scripted.eventually(() -> Files.exists(child.file("ready")))).isTrue();

        child.signal("TERM", 15);

        assertThat(code.get(30, TimeUnit.SECONDS)).isEqualTo(5);
        assertThat(directory.resolve("trapped")).hasContent("got");
        assertThat(child.events(RftEvent.RunFinished.class).get(0).reason()).isEqualTo("SIGTERM");
    }

    @Test
    void run_killsACommandThatDoesNotEndAtASignal() throws Exception {
        child.patience(Duration.ofMillis(100));
        CompletableFuture<Integer> code =
                started("trap '' TERM; echo ready > \"$D/ready\"; while :; do sleep 60; done");
        assertThat(Scripted.eventually(() -> Files.exists(child.file("ready")))).isTrue();

        child.signal("TERM", 15);

        assertThat(code.get(30, TimeUnit.SECONDS)).isEqualTo(128 + 9);
    }

    @Test
    void run_leavesNoOrphan() throws Exception {
        assertThat(child.run("(trap '' HUP TERM; exec sleep 1000) & echo $! > \"$D/pid\""))
                .isZero();

        long pid = Long.parseLong(Files.readString(directory.resolve("pid")).strip());
        assertThat(Scripted.eventually(() -> !Scripted.alive(pid))).isTrue();
    }

    @Test
    void run_readsALogThatAppearsLateAndIsWrittenInPieces() throws Exception {
        Path log = directory.resolve("train.jsonl");
        int code =
                child.log(log)
                        .run(
                                """
                                sleep 0.05
                                step 1 >> "$D/train.jsonl"
                                printf '{"step":2,"val' >> "$D/train.jsonl"
                                sleep 0.05
                                printf 'ues":{"reward.mean":0.25}}\\n' >> "$D/train.jsonl"
                                """);
        assertThat(code).isZero();
        assertThat(child.steps()).containsExactly(1L, 2L);
    }

    @Test
    void run_passesOverWhatStoodInTheLogBefore() throws Exception {
        Path log = directory.resolve("train.jsonl");
        Files.writeString(log, "{\"step\":70,\"values\":{\"reward.mean\":0.5}}\n");

        assertThat(child.log(log).run("step 71 >> \"$D/train.jsonl\"")).isZero();

        assertThat(child.steps()).containsExactly(71L);
    }

    @Test
    void run_saysThatNothingWasSeenWhenThereIsNoLog() throws Exception {
        assertThat(child.log(directory.resolve("none.jsonl")).run("exit 0")).isZero();
        assertThat(child.told()).contains("no step was seen").contains("none.jsonl");
    }

    @Test
    void run_handsADecisionOverAndVerifiesItOnceAcknowledged() throws Exception {
        int code =
                child.run(
                        """
                        c=$RFT_CONTROL_DIR
                        echo '{"capabilities":["snapshot"],"checkpoints":[40]}' > "$c/capabilities.json"
                        i=0
                        while [ $i -lt 80 ]; do
                          i=$((i+1))
                          if [ $i -gt 60 ] && [ ! -e "$D/decision" ]; then step $i '"NaN"'
                          else step $i 0.5$((i % 7)); fi
                          if [ -e "$c/decision.json" ]; then
                            cp "$c/decision.json" "$D/decision"
                            n=$(sed 's/.*"sequence":\\([0-9]*\\).*/\\1/' "$c/decision.json")
                            echo "{\\"sequence\\":$n,\\"status\\":\\"done\\",\\"step\\":40}" > "$c/ack.tmp"
                            mv "$c/ack.tmp" "$c/ack.json"
                            rm "$c/decision.json"
                            i=40
                          fi
                          sleep 0.03
                        done
                        """);

        assertThat(code).isZero();
        assertThat(Files.readString(directory.resolve("decision")))
                .contains("\"version\":1,\"sequence\":1,\"action\":{\"name\":\"Rollback\"")
                .contains("\"resumeAfter\":40");
        assertThat(child.events(RftEvent.ActionTaken.class)).hasSize(1);
        assertThat(child.events(RftEvent.ActionTaken.class).get(0).resumesAfter().step())
                .isEqualTo(40);
        assertThat(child.events(RftEvent.ActionVerified.class))
                .extracting(event -> event.attempt().outcome())
                .containsExactly(Outcome.HELPED);
        assertThat(child.events(RftEvent.ActionWithheld.class)).isEmpty();
    }

    @Test
    void run_takesADecisionThatIsIgnoredForAdviceAndOnlyWatches() throws Exception {
        int code =
                child.run(
                        """
                        echo '{"capabilities":["snapshot"],"checkpoints":[20]}' \\
                            > "$RFT_CONTROL_DIR/capabilities.json"
                        i=0
                        while [ $i -lt 40 ]; do
                          i=$((i+1))
                          if [ $i -gt 30 ]; then step $i '"NaN"'; else step $i 0.5$((i % 7)); fi
                          sleep 0.01
                        done
                        """);

        assertThat(code).isZero();
        assertThat(child.events(RftEvent.ActionTaken.class)).isEmpty();
        assertThat(child.events(RftEvent.ActionVerified.class)).isEmpty();
        assertThat(child.events(RftEvent.ActionWithheld.class))
                .singleElement()
                .satisfies(event -> assertThat(event.reason()).startsWith("no answer within"));
        assertThat(child.steps())
                .containsExactlyElementsOf(LongStream.range(1, 41).boxed().toList());
    }

    private CompletableFuture<Integer> started(String script) {
        CompletableFuture<Integer> code = new CompletableFuture<>();
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                code.complete(child.run(script));
                            } catch (IOException | InterruptedException | RuntimeException e) {
                                code.completeExceptionally(new ExecutionException(e));
                            }
                        });
        thread.setDaemon(true);
        thread.start();
        return code;
    }
}
