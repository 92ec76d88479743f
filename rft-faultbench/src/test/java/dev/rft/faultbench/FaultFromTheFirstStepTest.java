package dev.rft.faultbench;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import dev.rft.api.signal.StepKey;
import dev.rft.faultbench.fault.Fault;
import dev.rft.faultbench.fault.FaultInjector;
import dev.rft.faultbench.fault.Injection;
import dev.rft.faultbench.workload.Addition;
import dev.rft.faultbench.workload.LiveRun;
import dev.rft.faultbench.workload.Setting;
import dev.rft.faultbench.workload.WarmStart;
import dev.rft.faultbench.workload.Workload;
import dev.rft.monitor.AlarmBudget;
import dev.rft.monitor.Monitor;
import dev.rft.monitor.profile.Profile;
import dev.rft.monitor.profile.ProfileLearner;
import dev.rft.recovery.Attempt;
import dev.rft.recovery.Incident;
import dev.rft.recovery.Outcome;
import dev.rft.recovery.RecoveryAction;
import dev.rft.recovery.RunReport;
import dev.rft.recovery.Supervisor;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Real trainings that are broken from their first step on: nothing in them says what is usual, but
 * three earlier trainings of the same set-up do.
 */
@Tag("slow")
class FaultFromTheFirstStepTest {

    private static final long SEED = 11;
    private static final int STEPS = 28;

    private static NDManager manager;
    private static Workload workload;
    private static WarmStart warmStart;
    private static Profile profile;

    @BeforeAll
    static void learnFromThreeHealthyRuns() {
        manager = NDManager.newBaseManager();
        JniUtils.setNumThreads(1);
        workload = new Workload("addition", new Addition(100, 200), false);
        warmStart = WarmStart.train(manager, workload.task(), SEED, step -> {});
        ProfileLearner learner = new ProfileLearner();
        for (long seed = 21; seed <= 23; seed++) {
            learner.begin("seed " + seed);
            try (LiveRun run = run(List.of(), seed)) {
                StepKey key = StepKey.START;
                while (key.step() < STEPS) {
                    key = key.next();
                    learner.observe(run.loop().step(key));
                }
            }
        }
        profile = learner.profile();
    }

    @AfterAll
    static void close() {
        manager.close();
    }

    private static LiveRun run(List<Injection> faults, long seed) {
        return new LiveRun(
                manager,
                workload,
                warmStart,
                Setting.of(workload.task(), seed),
                new FaultInjector(faults, seed),
                "run");
    }

    private static RunReport supervised(LiveRun run) {
        return Supervisor.of(run.loop())
                .monitor(Monitor.standard(AlarmBudget.perTenThousandSteps(1), profile))
                .run(STEPS);
    }

    @Test
    void supervised_healthyRunOfAnotherSeed_hasNoIncident() {
        try (LiveRun run = run(List.of(), SEED)) {
            assertThat(supervised(run).incidents()).isEmpty();
        }
    }

    @Test
    void supervised_learningRateTimesThirty_isRolledBackToTheStartAndTurnedDown() {
        try (LiveRun run = run(List.of(Injection.of(Fault.LR_SPIKE, 1)), SEED)) {
            double before = run.accuracy();
            isRepaired(supervised(run), 8);
            assertThat(run.accuracy()).isGreaterThan(before - 0.05);
        }
    }

    @Test
    void supervisedWithoutAProfile_learningRateTimesThirty_isRepairedFromTheSecondStepOn() {
        try (LiveRun run = run(List.of(Injection.of(Fault.LR_SPIKE, 1)), SEED)) {
            double before = run.accuracy();
            isRepaired(Supervisor.of(run.loop()).run(STEPS), 2);
            // Nothing says by how much: it goes on at 1.5 times the rate, which costs some points.
            assertThat(run.accuracy()).isGreaterThan(before - 0.1);
        }
    }

    private static void isRepaired(RunReport report, long seenBy) {
        assertThat(report.completed()).as(report.reason()).isTrue();
        Incident incident = report.incidents().get(0);
        assertThat(incident.onset()).isEqualTo(1);
        assertThat(incident.opened().step()).isLessThanOrEqualTo(seenBy);
        assertThat(incident.diagnosis().cause()).isEqualTo(Fault.LR_SPIKE.cause());
        Attempt last = incident.attempts().get(incident.attempts().size() - 1);
        assertThat(last.action()).isInstanceOf(RecoveryAction.Rollback.class);
        assertThat(last.outcome()).isEqualTo(Outcome.HELPED);
    }

    @Test
    void supervised_shortResponses_isBuiltAnew() {
        try (LiveRun run = run(List.of(Injection.of(Fault.SHORT_RESPONSE, 1)), SEED)) {
            RunReport report = supervised(run);

            assertThat(report.completed()).as(report.reason()).isTrue();
            Incident incident = report.incidents().get(0);
            assertThat(incident.onset()).isEqualTo(1);
            Attempt last = incident.attempts().get(incident.attempts().size() - 1);
            assertThat(last.action())
                    .isInstanceOfAny(
                            RecoveryAction.Restart.class, RecoveryAction.RestartInPlace.class);
            assertThat(last.outcome()).isEqualTo(Outcome.HELPED);
        }
    }
}
