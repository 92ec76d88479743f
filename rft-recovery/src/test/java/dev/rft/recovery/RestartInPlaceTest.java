package dev.rft.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.AlarmBudget;
import dev.rft.monitor.EvidenceClass;
import dev.rft.monitor.Monitor;
import dev.rft.monitor.diagnose.Cause;
import dev.rft.recovery.QuadraticLoop.Fault;
import dev.rft.recovery.event.RftEvent;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is done on the evidence of the reward alone, where the verifier is probably broken. */
class RestartInPlaceTest {

    private final QuadraticLoop loop = new QuadraticLoop(7);
    private final Fixtures.Recorder recorder = new Fixtures.Recorder();

    @AfterEach
    void everySnapshotIsClosed() {
        assertThat(loop.openSnapshots).isZero();
    }

    private Supervisor supervisor(Monitor.Builder detectors) {
        return Fixtures.supervisor(loop)
                .monitor(detectors.build())
                .diagnoser((findings, recent) -> Fixtures.certain(Cause.REWARD_COLLAPSE))
                .listener(recorder);
    }

    /** Sees a fallen reward, and nothing else does. */
    private static Monitor.Builder rewardAlone() {
        return Monitor.builder(AlarmBudget.perTenThousandSteps(1))
                .with(
                        "reward-low",
                        EvidenceClass.REWARD,
                        Fixtures.bad(Signals.REWARD_MEAN, 30, reward -> reward < 0.2));
    }

    /** Alarms at some executed steps, whatever the loop does. */
    private Monitor.Builder alarming(LongPredicate executed) {
        return Monitor.builder(AlarmBudget.perTenThousandSteps(1))
                .with(
                        "false",
                        EvidenceClass.REWARD,
                        Fixtures.bad(
                                Signals.REWARD_MEAN, 1, reward -> executed.test(loop.executed())));
    }

    private static QuadraticLoop.State alone(long steps) {
        QuadraticLoop alone = new QuadraticLoop(7);
        for (StepKey key = StepKey.START.next(); key.step() <= steps; key = key.next()) {
            alone.step(key);
        }
        return alone.state;
    }

    @Test
    void run_verifierDeadSeenByOneClass_isCuredWithoutLosingAStep() {
        loop.deadVerifier = Fault.untilRestart(60);

        RunReport report = supervisor(rewardAlone()).run(120);

        assertThat(recorder.story())
                .containsExactly(
                        "opened RF-2",
                        "acted RestartInPlace",
                        "judged RestartInPlace HELPED",
                        "closed");
        assertThat(report.completed()).isTrue();
        assertThat(report.key()).isEqualTo(new StepKey(0, 120, 0));
        assertThat(report.executedSteps()).isEqualTo(120);
        assertThat(recorder.of(RftEvent.SnapshotsDemoted.class)).isEmpty();
        assertThat(loop.observations.get(61).value(Signals.REWARD_MEAN))
                .hasValueSatisfying(reward -> assertThat(reward).isGreaterThan(0.5));
    }

    @Test
    void run_falseAlarmOfOneClass_costsARestartAndNothingElse() {
        RunReport report = supervisor(alarming(step -> step == 60 || step == 61)).run(120);

        assertThat(recorder.story())
                .containsExactly(
                        "opened RF-2",
                        "acted RestartInPlace",
                        "judged RestartInPlace HELPED",
                        "closed");
        assertThat(report.executedSteps()).isEqualTo(120);
        assertThat(loop.state).isEqualTo(alone(120));
    }

    @Test
    void run_verifierDeadForEverSeenByOneClass_isRestartedOnceAndWatched() {
        loop.deadVerifier = Fault.from(60);

        RunReport report = supervisor(rewardAlone()).run(150);

        assertThat(recorder.story())
                .containsExactly(
                        "opened RF-2", "acted RestartInPlace", "judged RestartInPlace NO_EFFECT");
        assertThat(report.completed()).isTrue();
        assertThat(loop.restarts).isEqualTo(1);
        assertThat(report.executedSteps()).isEqualTo(150);
    }

    @Test
    void run_secondClassJoinsAfterItFailed_restartsWithTheSnapshot() {
        loop.deadVerifier = (step, restarts) -> step >= 60 && restarts < 2;
        Monitor.Builder later =
                rewardAlone()
                        .with(
                                "groups-equal",
                                EvidenceClass.INFRASTRUCTURE,
                                Fixtures.bad(Signals.GROUP_ZERO_VARIANCE, 70, share -> share == 1));

        RunReport report = supervisor(later).run(150);

        assertThat(recorder.story())
                .containsExactly(
                        "opened RF-2",
                        "acted RestartInPlace",
                        "judged RestartInPlace NO_EFFECT",
                        "acted Restart",
                        "judged Restart HELPED",
                        "closed");
        assertThat(report.completed()).isTrue();
        assertThat(report.key().attempt()).isEqualTo(1);
    }

    @Test
    void run_restartThatThrows_isAnAttemptWithoutEffectAndTheRunGoesOn() {
        loop.phase =
                name -> {
                    if (name.equals("restart")) {
                        throw new IllegalStateException("no workers");
                    }
                };

        RunReport report = supervisor(alarming(step -> step == 60 || step == 61)).run(120);

        assertThat(recorder.story())
                .containsExactly(
                        "opened RF-2",
                        "acted RestartInPlace",
                        "judged RestartInPlace NO_EFFECT",
                        "closed");
        assertThat(report.completed()).isTrue();
        assertThat(loop.state).isEqualTo(alone(120));
    }

    @Test
    void run_alarmThatComesBackAgainAndAgain_isRestartedOnlyAsFarAsTheRunGetsFurther() {
        RunReport report = supervisor(alarming(step -> step >= 60 && step % 60 < 2)).run(430);

        // The alarm is that of a failure come back until it begins 50, 100, 150 steps further.
        assertThat(recorder.of(RftEvent.ActionTaken.class))
                .extracting(taken -> taken.key().step())
                .containsExactly(61L, 121L, 241L, 421L);
        assertThat(report.completed()).isTrue();
        assertThat(loop.state).isEqualTo(alone(430));
    }

    @Test
    void run_budgetSpentOnASuspicion_isWatchedAndNotHalted() {
        loop.phase =
                name -> {
                    if (name.equals("restart")) {
                        throw new IllegalStateException("no workers");
                    }
                };
        RecoveryConfig config =
                RecoveryConfig.defaults().withBudget(new RecoveryConfig.Budget(20, 1, 1_000));

        RunReport report =
                supervisor(alarming(step -> step == 60 || step == 61 || step > 200))
                        .config(config)
                        .run(250);

        assertThat(recorder.of(RftEvent.ActionTaken.class)).hasSize(1);
        assertThat(report.completed()).isTrue();
        assertThat(report.incidents()).hasSize(2);
    }

    @Test
    void run_advisedAgainstIt_watches() {
        RunReport report =
                supervisor(alarming(step -> step == 60 || step == 61)).mode(Mode.shadow()).run(120);

        assertThat(recorder.story())
                .containsExactly("opened RF-2", "withheld RestartInPlace", "closed");
        assertThat(loop.restarts).isZero();
        assertThat(report.completed()).isTrue();
    }
}
