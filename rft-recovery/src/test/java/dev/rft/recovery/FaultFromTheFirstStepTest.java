package dev.rft.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.signal.StepKey;
import dev.rft.monitor.AlarmBudget;
import dev.rft.monitor.EvidenceClass;
import dev.rft.monitor.Monitor;
import dev.rft.monitor.diagnose.Cause;
import dev.rft.monitor.profile.Profile;
import dev.rft.monitor.profile.ProfileLearner;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Failures that are there from the first step on, in runs that are compared with a profile. */
class FaultFromTheFirstStepTest {

    private static final long STEPS = 100;

    /** Near its aim, the reward has something to lose; far from it, it has not. */
    private static final QuadraticLoop.State NEAR = new QuadraticLoop.State(0.6, -0.4, 0, 0, 0.1);

    private static final QuadraticLoop.State FAR = new QuadraticLoop.State(3, -2, 0, 0, 0.1);

    private final QuadraticLoop loop = new QuadraticLoop(7);

    private static Profile profile(QuadraticLoop.State start) {
        ProfileLearner learner = new ProfileLearner();
        for (int seed = 20; seed < 25; seed++) {
            QuadraticLoop healthy = new QuadraticLoop(seed);
            healthy.state = start;
            learner.begin("seed " + seed);
            for (StepKey key = StepKey.START.next(); key.step() <= STEPS; key = key.next()) {
                learner.observe(healthy.step(key));
            }
        }
        return learner.profile();
    }

    private RunReport run(QuadraticLoop.State start) {
        loop.state = start;
        return Supervisor.of(loop)
                .monitor(Monitor.standard(AlarmBudget.perTenThousandSteps(1), profile(start)))
                .diagnoser((findings, recent) -> Fixtures.certain(Cause.KL_EXPLOSION))
                .waiting(time -> loop.waits.add(time), new SplittableRandom(1))
                .run(STEPS);
    }

    @Test
    void run_withoutFault_hasNoIncident() {
        assertThat(run(NEAR).incidents()).isEmpty();
    }

    @Test
    void run_learningRateTimesThirty_isRolledBackToTheStartAndTurnedDownByAsMuch() {
        loop.hiddenMultiplier = QuadraticLoop.Fault.from(1);

        RunReport report = run(NEAR);

        assertThat(report.completed()).as(report.reason()).isTrue();
        Incident incident = report.incidents().get(0);
        assertThat(incident.onset()).isEqualTo(1);
        assertThat(incident.opened().step()).isLessThanOrEqualTo(8);
        // The gradient alone speaks first, which turns the rate down; the reward stays low.
        Attempt last = incident.attempts().get(incident.attempts().size() - 1);
        assertThat(last.outcome()).as("%s", incident.attempts()).isEqualTo(Outcome.HELPED);
        assertThat(last.action())
                .isInstanceOfSatisfying(
                        RecoveryAction.Rollback.class,
                        rollback -> {
                            assertThat(rollback.onset()).isEqualTo(1);
                            assertThat(rollback.learningRateFactor()).isBetween(0.01, 0.2);
                        });
        assertThat(loop.observations)
                .filteredOn(observation -> observation.key().attempt() == 1)
                .first()
                .satisfies(again -> assertThat(again.key().step()).isEqualTo(1));
    }

    @Test
    void run_oneKindOfEvidence_isTurnedDownAndLosesNothing() {
        loop.hiddenMultiplier = QuadraticLoop.Fault.from(1);

        RunReport report = run(FAR);

        Incident incident = report.incidents().get(0);
        assertThat(incident.onset()).isEqualTo(1);
        assertThat(incident.evidenceClasses()).containsExactly(EvidenceClass.GRADIENT);
        assertThat(incident.attempts().get(0).action())
                .isInstanceOfSatisfying(
                        RecoveryAction.ScaleLearningRate.class,
                        turn -> assertThat(turn.factor()).isBetween(0.01, 0.2));
        assertThat(report.executedSteps()).isEqualTo(STEPS);
    }
}
