package dev.rft.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.control.Capability;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.AlarmBudget;
import dev.rft.monitor.Monitor;
import dev.rft.monitor.diagnose.Cause;
import dev.rft.monitor.profile.Profile;
import dev.rft.monitor.profile.ProfileLearner;
import java.util.EnumSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Failures that are there from the first step on, in runs that are compared with a profile. */
class FaultFromTheFirstStepTest {

    private static final long STEPS = 100;

    private final QuadraticLoop loop = new QuadraticLoop(7);

    private static Profile profile() {
        ProfileLearner learner = new ProfileLearner();
        for (int seed = 20; seed < 25; seed++) {
            QuadraticLoop healthy = new QuadraticLoop(seed);
            learner.begin("seed " + seed);
            for (StepKey key = StepKey.START.next(); key.step() <= STEPS; key = key.next()) {
                learner.observe(healthy.step(key));
            }
        }
        return learner.profile();
    }

    private RunReport run() {
        return Supervisor.of(loop)
                .monitor(Monitor.standard(AlarmBudget.perTenThousandSteps(1), profile()))
                .waiting(time -> loop.waits.add(time), new SplittableRandom(1))
                .run(STEPS);
    }

    @Test
    void run_withoutFault_hasNoIncident() {
        assertThat(run().incidents()).isEmpty();
    }

    @Test
    void run_learningRateTimesThirty_isRolledBackToTheStartAndTurnedDownByAsMuch() {
        loop.hiddenMultiplier = QuadraticLoop.Fault.from(1);

        RunReport report = run();

        assertThat(report.completed()).as(report.reason()).isTrue();
        Incident incident = report.incidents().get(0);
        assertThat(incident.onset()).isEqualTo(1);
        assertThat(incident.diagnosis().cause()).isEqualTo(Cause.KL_EXPLOSION);
        Attempt last = incident.attempts().get(incident.attempts().size() - 1);
        assertThat(last.outcome()).isEqualTo(Outcome.HELPED);
        assertThat(last.action())
                .isInstanceOfSatisfying(
                        RecoveryAction.Rollback.class,
                        rollback -> {
                            assertThat(rollback.onset()).isEqualTo(1);
                            assertThat(rollback.learningRateFactor()).isBetween(0.01, 0.06);
                        });
        assertThat(loop.observations.get(loop.observations.size() - 1).value(Signals.REWARD_MEAN))
                .hasValueSatisfying(reward -> assertThat(reward).isGreaterThan(0.5));
    }

    @Test
    void run_withoutSnapshots_isTurnedDownAndGoesOn() {
        loop.hiddenMultiplier = QuadraticLoop.Fault.from(1);
        loop.multiplier = 6;
        loop.capabilities = EnumSet.noneOf(Capability.class);

        RunReport report = run();

        assertThat(report.incidents()).isNotEmpty();
        Incident incident = report.incidents().get(0);
        assertThat(incident.onset()).isEqualTo(1);
        assertThat(incident.attempts()).isNotEmpty();
        assertThat(incident.attempts())
                .allSatisfy(
                        attempt ->
                                assertThat(attempt.action().destructive()).isFalse());
    }
}
