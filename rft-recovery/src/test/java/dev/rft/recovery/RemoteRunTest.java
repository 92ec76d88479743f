package dev.rft.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rft.api.control.Knob;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.AlarmBudget;
import dev.rft.monitor.Monitor;
import dev.rft.recovery.event.RftEvent;
import dev.rft.recovery.journal.Journal;
import dev.rft.recovery.journal.JournalReader;
import dev.rft.recovery.journal.JsonlJournal;
import dev.rft.recovery.journal.MetricsLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** When a remote run starts its process again, and what it knows of earlier lives. */
class RemoteRunTest extends RemoteRunFixture {

    @Test
    void exited_restartsAtOnceThenWithDelaysThatDoubleLessTheJitterThenStops() throws IOException {
        config = config.withRestarts(new RecoveryConfig.Restarts(4, 1, 60));
        try (RemoteRun run = run()) {
            List<Duration> delays = new ArrayList<>();
            for (int life = 0; life < 4; life++) {
                step(run, 1);
                delays.add(restart(run.exited(1)).delay());
                run.started();
            }
            assertThat(delays.get(0)).isZero();
            assertThat(delays.get(1)).isBetween(Duration.ofMillis(800), Duration.ofMillis(1_000));
            assertThat(delays.get(2)).isBetween(Duration.ofMillis(1_600), Duration.ofMillis(2_000));
            assertThat(delays.get(3)).isBetween(Duration.ofMillis(3_200), Duration.ofMillis(4_000));
            assertThat(run.exited(1)).isInstanceOf(RemoteOrder.Stop.class);
        }
    }

    @Test
    void exited_spendsTheRunsBudgetOverAllLives() throws IOException {
        config =
                config.withBudget(new RecoveryConfig.Budget(2, 2, 10_000))
                        .withRestarts(new RecoveryConfig.Restarts(1, 0, 0))
                        .withIncidents(new RecoveryConfig.Incidents(2, 5, 0, 0, 64));
        try (RemoteRun run = run()) {
            long step = 0;
            for (int life = 0; life < 2; life++) {
                for (int i = 0; i < 200; i++) {
                    step(run, ++step);
                }
                restart(run.exited(1));
                run.started();
            }
            for (int i = 0; i < 200; i++) {
                step(run, ++step);
            }
            assertThat(run.exited(1))
                    .isInstanceOfSatisfying(
                            RemoteOrder.Stop.class,
                            stop -> assertThat(stop.reason()).contains("budget"));
        }
    }

    @Test
    void exited_goesOnFromTheNewestDeclaredCheckpoint() throws IOException {
        try (RemoteRun run = run()) {
            offer("{\"checkpoints\":[3,6]}");
            for (int i = 1; i <= 8; i++) {
                step(run, i);
            }
            assertThat(restart(run.exited(1)).resumeAfter()).isEqualTo(OptionalLong.of(6));
            run.started();
            step(run, 7);
            assertThat(run.last()).isEqualTo(new StepKey(1, 7, 0));
        }
    }

    @Test
    void exited_withoutCheckpoints_leavesItToTheProcessWhereToGoOn() throws IOException {
        try (RemoteRun run = run()) {
            step(run, 8);
            assertThat(restart(run.exited(1)).resumeAfter()).isEmpty();
            run.started();
            step(run, 2);
            assertThat(run.last()).isEqualTo(new StepKey(1, 2, 0));
        }
    }

    @Test
    void observed_stepThatGoesBackUnasked_isOfTheNextIncarnation() throws IOException {
        try (RemoteRun run = run()) {
            step(run, 1);
            step(run, 2);
            step(run, 2);
            assertThat(run.last()).isEqualTo(new StepKey(0, 2, 1));
        }
    }

    @Test
    void idle_hang_isToldAndRestartedFromTheLimitOn() throws IOException {
        try (RemoteRun run = run()) {
            for (int i = 1; i <= 8; i++) {
                step(run, i);
            }
            nanos.addAndGet(Duration.ofSeconds(29).toNanos());
            assertThat(run.idle()).isInstanceOf(RemoteOrder.GoOn.class);
            nanos.addAndGet(Duration.ofSeconds(1).toNanos());
            restart(run.idle());
            assertThat(of(RftEvent.HangSuspected.class)).hasSize(1);
        }
    }

    @Test
    void idle_hangThatNothingIsDoneAbout_isLeftAloneUntilTheStepEnds() throws IOException {
        RecoveryConfig.Ladder ladder = config.ladder();
        config =
                config.withLadder(
                        new RecoveryConfig.Ladder(
                                false,
                                ladder.learningRateFactor(),
                                ladder.leastLearningRateFactor(),
                                ladder.furtherFactor(),
                                ladder.klCoefficientFactor(),
                                ladder.entropyCoefficientFactor(),
                                ladder.temperatureFactor(),
                                ladder.maxTemperature()));
        try (RemoteRun run = run()) {
            for (int i = 1; i <= 8; i++) {
                step(run, i);
            }
            nanos.addAndGet(Duration.ofSeconds(60).toNanos());
            assertThat(run.idle()).isInstanceOf(RemoteOrder.GoOn.class);
            assertThat(run.idle()).isInstanceOf(RemoteOrder.GoOn.class);
            step(run, 9);
            List<StepKey> keys =
                    of(RftEvent.StepCompleted.class).stream()
                            .map(RftEvent.StepCompleted::key)
                            .toList();
            assertThat(keys).doesNotHaveDuplicates().endsWith(new StepKey(0, 9, 1));
        }
    }

    @Test
    void idle_secondStartThatNeverGetsToAStep_hangs() throws IOException {
        try (RemoteRun run = run()) {
            nanos.addAndGet(Duration.ofSeconds(200).toNanos());
            assertThat(run.idle()).isInstanceOf(RemoteOrder.GoOn.class);
            step(run, 1);
            restart(run.exited(1));
            run.started();
            nanos.addAndGet(Duration.ofSeconds(1_004).toNanos());
            assertThat(run.idle()).isInstanceOf(RemoteOrder.GoOn.class);
            nanos.addAndGet(Duration.ofSeconds(2).toNanos());
            assertThat(run.idle()).isNotInstanceOf(RemoteOrder.GoOn.class);
        }
    }

    /** Writes down what the run tells, as {@code rft run} does. */
    private RunMemory told(int lives) throws IOException {
        Path journalFile = directory.resolve("journal.jsonl");
        Path metricsFile = directory.resolve("metrics.jsonl");
        try (JsonlJournal journal = JsonlJournal.open(journalFile);
                MetricsLog metrics = MetricsLog.open(metricsFile)) {
            events.forEach(journal::on);
            events.forEach(metrics::on);
        }
        Journal journal = JournalReader.read(journalFile);
        assertThat(journal.nextIncarnation()).isEqualTo(lives);
        return RunMemory.ofLastStep(journal, MetricsLog.read(metricsFile)).orElseThrow();
    }

    private RemoteRun resumed(RunMemory memory) throws IOException {
        events.clear();
        RemoteRun run =
                new RemoteRun(
                        Monitor.standard(AlarmBudget.perTenThousandSteps(1)),
                        List.of(collector()),
                        directory,
                        memory,
                        options());
        run.begin(Map.of());
        run.started();
        return run;
    }

    @Test
    void resumed_hasTheBudgetAndTheIncidentsOfBefore() throws IOException {
        config = config.withBudget(new RecoveryConfig.Budget(2, 2, 10_000));
        try (RemoteRun run = run()) {
            for (int i = 1; i <= 60; i++) {
                step(run, i);
            }
            restart(run.exited(1));
            run.started();
            for (int i = 61; i <= 120; i++) {
                step(run, i);
            }
            restart(run.exited(1));
            run.started();
            step(run, 121); // the supervisor dies while this restart is not proven
        }
        RunMemory memory = told(1);
        assertThat(memory.from()).isEqualTo(new StepKey(1, 120, 0));

        try (RemoteRun run = resumed(memory)) {
            assertThat(of(RftEvent.RunResumed.class)).hasSize(1);
            assertThat(run.incidents()).hasSize(1);
            step(run, 101);
            assertThat(run.last()).isEqualTo(new StepKey(1, 101, 1));
            for (int i = 102; i <= 150; i++) {
                step(run, i);
            }
            assertThat(run.exited(1))
                    .isInstanceOfSatisfying(
                            RemoteOrder.Stop.class,
                            stop -> assertThat(stop.reason()).contains("budget of 2 actions"));
        }
    }

    @Test
    void resumed_hasLearnedWhatTheStepsOfBeforeHadTaught() throws IOException {
        try (RemoteRun run = run()) {
            for (int i = 1; i <= 60; i++) {
                step(run, i);
            }
        }
        try (RemoteRun run = resumed(told(1))) {
            for (int i = 61; i <= 64; i++) {
                step(run, i, 0);
            }
            assertThat(run.incidents()).hasSize(1);
        }
        events.clear();
        try (RemoteRun anew = run()) {
            for (int i = 61; i <= 64; i++) {
                step(anew, i, 0);
            }
            assertThat(anew.incidents()).isEmpty();
        }
    }

    @Test
    void memory_ofARunThatHasMeasuredNothing_isNone() throws IOException {
        run().close();
        Path journalFile = directory.resolve("journal.jsonl");
        try (JsonlJournal journal = JsonlJournal.open(journalFile)) {
            events.forEach(journal::on);
        }
        assertThat(RunMemory.ofLastStep(JournalReader.read(journalFile), List.of())).isEmpty();
    }

    @Test
    void exited_withZeroOrAfterAnAcknowledgedHalt_stops() throws IOException {
        try (RemoteRun run = run()) {
            step(run, 1);
            assertThat(run.exited(0)).isEqualTo(new RemoteOrder.Stop("the process ended", false));
        }
    }

    @Test
    void offer_readsKnobsCapabilitiesAndCheckpoints() {
        RemoteOffer offer =
                RemoteOffer.parse(
                        "{\"capabilities\":[\"restart\"],\"knobs\":{\"temperature\":1,\"own\":-2},\"checkpoints\":[5,1]}"
                                .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(offer.checkpoints()).containsExactly(1L, 5L);
        assertThat(offer.knobs().get(Knob.TEMPERATURE)).isCloseTo(1.0, within(0.0));
        assertThat(offer.knobs()).hasSize(2);
    }

    @Test
    void offer_thatIsWrong_leavesTheProcessWithTheLastOne() throws IOException {
        try (RemoteRun run = run()) {
            offer("{\"checkpoints\":[1]}");
            step(run, 2);
            for (String wrong :
                    List.of(
                            "{\"checkpoints\":[-1]}",
                            "{\"checkpoint\":[2]}",
                            "{\"capabilities\":[\"persist\"]}",
                            "{\"knobs\":{\"temperature\":-1}}",
                            "{")) {
                offer(wrong);
                step(run, run.last().step() + 1);
            }
            assertThat(restart(run.exited(1)).resumeAfter()).isEqualTo(OptionalLong.of(1));
        }
    }
}
