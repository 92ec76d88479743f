package dev.rft.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rft.api.control.Capability;
import dev.rft.api.signal.StepKey;
import dev.rft.recovery.event.RftEvent;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A loop that throws: restarted, more slowly each time, and halted in a whole state. */
class StepFailureTest {

    private final QuadraticLoop loop = new QuadraticLoop(7);
    private final Fixtures.Recorder recorder = new Fixtures.Recorder();

    @AfterEach
    void everySnapshotIsClosed() {
        assertThat(loop.openSnapshots).isZero();
    }

    private RunReport run(long steps) {
        return Fixtures.supervisor(loop).listener(recorder).run(steps);
    }

    private void failIn(String phase, long first, long last) {
        loop.phase =
                name -> {
                    long step = loop.executed();
                    if (name.equals(phase) && step >= first && step <= last) {
                        throw new IllegalStateException("CUDA out of memory");
                    }
                };
    }

    @ParameterizedTest
    @ValueSource(strings = {"collect", "compute", "apply", "observe"})
    void run_onePhaseThrowsOnce_restartsAndGoesOn(String phase) {
        failIn(phase, 50, 50);

        RunReport report = run(100);

        assertThat(report.completed()).isTrue();
        assertThat(loop.restarts).isEqualTo(1);
        assertThat(loop.waits).isEmpty();
        assertThat(recorder.story())
                .containsExactly(
                        "opened UNKNOWN", "acted Restart", "judged Restart HELPED", "closed");
        assertThat(recorder.of(RftEvent.ActionTaken.class))
                .extracting(RftEvent.ActionTaken::resumesAfter)
                .containsExactly(new StepKey(1, 40, 0));
        assertThat(report.incidents().get(0).findings())
                .singleElement()
                .satisfies(f -> assertThat(f.detector()).isEqualTo("failed-step"))
                .satisfies(f -> assertThat(f.toString()).contains("CUDA out of memory"));
    }

    @Test
    void run_throwsForEver_waitsLongerEachTimeAndHaltsInTheLastGoodState() {
        failIn("compute", 50, Long.MAX_VALUE);

        RunReport report = run(100);

        assertThat(report.completed()).isFalse();
        assertThat(loop.restarts).isEqualTo(3);
        assertThat(report.key()).isEqualTo(new StepKey(4, 40, 0));
        assertThat(report.reason()).contains("Restart NO_EFFECT");
        // The first at once, then a second and two, less up to a fifth.
        assertThat(loop.waits).hasSize(2);
        assertThat(loop.waits.get(0)).isBetween(Duration.ofMillis(800), Duration.ofSeconds(1));
        assertThat(loop.waits.get(1)).isBetween(Duration.ofMillis(1600), Duration.ofSeconds(2));
        QuadraticLoop healthy = new QuadraticLoop(7);
        Fixtures.supervisor(healthy).run(40);
        assertThat(loop.state).isEqualTo(healthy.state);
    }

    @Test
    void run_restartThatFails_isTriedAgainBeforeTheRunHalts() {
        failIn("compute", 50, 50);
        int[] failures = {2};
        var inner = loop.phase;
        loop.phase =
                name -> {
                    inner.accept(name);
                    if (name.equals("restart") && failures[0]-- > 0) {
                        throw new IllegalStateException("no workers yet");
                    }
                };

        RunReport report = run(100);

        assertThat(report.completed()).isTrue();
        assertThat(loop.restarts).isEqualTo(3);
        assertThat(recorder.story())
                .containsExactly(
                        "opened UNKNOWN",
                        "acted Restart",
                        "judged Restart NO_EFFECT",
                        "acted Restart",
                        "judged Restart NO_EFFECT",
                        "acted Restart",
                        "judged Restart HELPED",
                        "closed");
        assertThat(report.incidents().get(0).attempts().get(0).reason())
                .isEqualTo("it failed: java.lang.IllegalStateException: no workers yet");
    }

    @Test
    void run_restartThatAlwaysFails_haltsWithTheWholeLastSnapshot() {
        failIn("compute", 50, 50);
        var inner = loop.phase;
        loop.phase =
                name -> {
                    inner.accept(name);
                    if (name.equals("restart")) {
                        throw new IllegalStateException("no workers");
                    }
                };

        RunReport report = run(100);

        assertThat(report.completed()).isFalse();
        assertThat(report.key().step()).isEqualTo(40);
        assertThat(recorder.story()).endsWith("acted Halt", "closed");
    }

    @Test
    void run_restoreThatFails_endsWithTheReport() {
        failIn("compute", 50, 50);
        var inner = loop.phase;
        loop.phase =
                name -> {
                    inner.accept(name);
                    if (name.equals("restore")) {
                        throw new IllegalStateException("device lost");
                    }
                };

        assertThatThrownBy(() -> run(100))
                .isInstanceOf(TrainingFailedException.class)
                .hasRootCauseMessage("device lost");
    }

    @ParameterizedTest
    @ValueSource(strings = {"collect", "compute", "apply", "observe"})
    void run_throwsOnceInALoopWithoutRestart_triesTheStepAgainFromTheSnapshot(String phase) {
        loop.capabilities.remove(Capability.RESTART);
        failIn(phase, 50, 50);

        RunReport report = run(100);

        assertThat(report.completed()).isTrue();
        assertThat(loop.waits).isEmpty();
        assertThat(recorder.story())
                .containsExactly(
                        "opened UNKNOWN", "acted Rollback", "judged Rollback HELPED", "closed");
        assertThat(recorder.of(RftEvent.ActionTaken.class))
                .extracting(RftEvent.ActionTaken::resumesAfter)
                .containsExactly(new StepKey(1, 40, 0));
        assertThat(loop.state.learningRate()).isEqualTo(0.1);
    }

    @Test
    void run_throwsForEverInALoopWithoutRestart_failsInTheLastGoodState() {
        loop.capabilities.remove(Capability.RESTART);
        failIn("compute", 50, Long.MAX_VALUE);

        assertThatThrownBy(() -> run(100))
                .isInstanceOfSatisfying(
                        TrainingFailedException.class,
                        failed -> {
                            assertThat(failed.report().key().step()).isEqualTo(40);
                            assertThat(failed.report().completed()).isFalse();
                        })
                .hasRootCauseMessage("CUDA out of memory");

        assertThat(recorder.story().stream().filter("acted Rollback"::equals)).hasSize(3);
        assertThat(recorder.of(RftEvent.RunFinished.class)).hasSize(1);
        assertThat(loop.waits).hasSize(2);
        assertThat(loop.waits.get(0)).isBetween(Duration.ofMillis(800), Duration.ofSeconds(1));
        assertThat(loop.waits.get(1)).isBetween(Duration.ofMillis(1600), Duration.ofSeconds(2));
        QuadraticLoop healthy = new QuadraticLoop(7);
        Fixtures.supervisor(healthy).run(40);
        assertThat(loop.state).isEqualTo(healthy.state);
    }

    @Test
    void run_throwsInALoopThatCanDoNothing_failsAtOnce() {
        loop.capabilities = EnumSet.of(Capability.GATE_UPDATE);
        failIn("collect", 50, 50);

        assertThatThrownBy(() -> run(100)).isInstanceOf(TrainingFailedException.class);
        assertThat(recorder.story()).isEmpty();
    }

    @Test
    void run_throwsBeforeTheWeightsMovedWithoutSnapshots_isRestartedInPlace() {
        loop.capabilities = EnumSet.of(Capability.GATE_UPDATE, Capability.RESTART);
        failIn("collect", 50, 50);

        RunReport report = run(100);

        assertThat(report.completed()).isTrue();
        // The step is executed once more, under a key of its own.
        assertThat(recorder.of(RftEvent.ActionTaken.class).get(0).resumesAfter())
                .isEqualTo(new StepKey(1, 49, 0));
        assertThat(recorder.observations().get(49).key()).isEqualTo(new StepKey(1, 50, 0));
    }

    @Test
    void run_throwsWhileTheWeightsMoveWithoutSnapshots_endsTheRun() {
        loop.capabilities = EnumSet.of(Capability.GATE_UPDATE, Capability.RESTART);
        failIn("apply", 50, 50);

        assertThatThrownBy(() -> run(100)).isInstanceOf(TrainingFailedException.class);
        assertThat(loop.restarts).isZero();
    }

    @Test
    void run_policiesThatOnlyWatch_endWithTheLoopsException() {
        failIn("compute", 50, 50);

        assertThatThrownBy(
                        () ->
                                Fixtures.supervisor(loop)
                                        .policies(RecoveryPolicies.watchOnly())
                                        .run(100))
                .isInstanceOf(TrainingFailedException.class)
                .hasRootCauseMessage("CUDA out of memory");
    }

    @Test
    void run_error_passesThrough() {
        loop.phase =
                name -> {
                    if (loop.executed() == 50 && name.equals("compute")) {
                        throw new OutOfMemoryError("Java heap space");
                    }
                };

        assertThatThrownBy(() -> run(100)).isInstanceOf(OutOfMemoryError.class);
        assertThat(recorder.of(RftEvent.RunFinished.class)).hasSize(1);
        assertThat(loop.restarts).isZero();
    }

    @Test
    void run_snapshotThatFails_costsOneSnapshot() {
        loop.phase =
                name -> {
                    if (name.equals("snapshot") && loop.executed() == 20) {
                        throw new IllegalStateException("disk full");
                    }
                };

        assertThat(run(40).completed()).isTrue();
        assertThat(recorder.of(RftEvent.SnapshotTaken.class))
                .extracting(e -> e.key().step())
                .containsExactly(0L, 10L, 30L, 40L);
    }

    @Test
    void run_firstStepThrows_isRestartedFromTheStart() {
        failIn("collect", 1, 1);

        RunReport report =
                Supervisor.of(loop).waiting(loop.waits::add, new java.util.Random(1)).run(20);

        assertThat(report.completed()).isTrue();
        assertThat(report.incidents().get(0).diagnosis().cause().id()).isEqualTo("OUTAGE");
        assertThat(report.incidents().get(0).attempts())
                .extracting(Attempt::outcome)
                .isEqualTo(List.of(Outcome.HELPED));
    }

    @Test
    void run_knobThatCannotBeTurned_isAnAttemptWithoutEffect() {
        loop.nan = QuadraticLoop.Fault.during(50, 50);
        RecoveryPolicy wild =
                (incident, state) ->
                        incident.attempts().isEmpty()
                                ? new RecoveryAction.SetKnob(
                                        new dev.rft.api.control.Knob("learning_rate", -9, 9), -1)
                                : new RecoveryAction.Continue();

        RunReport report =
                Fixtures.supervisor(loop).policies(List.of(wild)).listener(recorder).run(100);

        assertThat(report.completed()).isTrue();
        assertThat(loop.state.learningRate()).isNotNegative();
    }
}
