package dev.rft.monitor.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.monitor.AlarmBudget;
import dev.rft.monitor.Detector;
import dev.rft.monitor.DetectorState;
import dev.rft.monitor.Finding;
import dev.rft.monitor.Monitor;
import dev.rft.monitor.Verdict;
import dev.rft.monitor.diagnose.Cause;
import dev.rft.monitor.diagnose.FingerprintDiagnoser;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SilentRewardTest {

    private final Detector detector = Detectors.silentReward().create(0);

    @Test
    void inspect_noRewardFromTheFirstStepOn_alarmsInStep24_sinceTheFirst() {
        for (long step = 1; step < 24; step++) {
            assertThat(at(step, 0, 0)).isInstanceOf(Verdict.NotEvaluated.class);
        }
        assertThat(at(24, 0, 0))
                .isInstanceOfSatisfying(
                        Verdict.Violated.class,
                        verdict -> {
                            assertThat(verdict.evidence().onset()).hasValue(1);
                            assertThat(verdict.evidence().invariant()).isTrue();
                        });
        assertThat(at(25, 0, 0)).isInstanceOf(Verdict.Violated.class);
        assertThat(at(26, 0.01, 0.1)).isInstanceOf(Verdict.Healthy.class);
    }

    @Test
    void inspect_onceSomethingWasPaid_itIsForOthersToSeeThatItIsNotAnyMore() {
        at(1, 0.005, 0.07);
        for (long step = 2; step < 60; step++) {
            assertThat(at(step, 0, 0)).isInstanceOf(Verdict.Healthy.class);
        }
    }

    @Test
    void inspect_solvedTask_orPenaltiesThatDiffer_areHeard() {
        assertThat(at(1, 1, 0)).isInstanceOf(Verdict.Healthy.class);
        Detector other = Detectors.silentReward().create(0);
        assertThat(other.inspect(observation(1, -0.5, 0.5))).isInstanceOf(Verdict.Healthy.class);
    }

    @Test
    void inspect_stepsWithoutRewards_sayNothing() {
        for (long step = 1; step < 60; step++) {
            assertThat(detector.inspect(Observation.of(step, Map.of(Signals.REWARD_MEAN, 0.0))))
                    .isInstanceOf(Verdict.NotEvaluated.class);
        }
        assertThat(at(60, 0, 0)).isInstanceOf(Verdict.NotEvaluated.class);
    }

    @Test
    void restore_atTheBeginning_countsAnew() {
        for (long step = 1; step <= 24; step++) {
            at(step, 0, 0);
        }
        detector.restore(DetectorState.EMPTY);

        assertThat(at(1, 0, 0)).isInstanceOf(Verdict.NotEvaluated.class);
    }

    @Test
    void diagnosis_ofAVerifierThatIsDeadFromTheFirstStepOn_isARewardCollapse() {
        Monitor monitor = Monitor.standard(AlarmBudget.perTenThousandSteps(1));
        List<Observation> seen = new ArrayList<>();
        List<Finding> findings = List.of();
        for (long step = 1; step <= 24; step++) {
            Observation observation =
                    Observation.of(
                            step,
                            Map.of(
                                    Signals.REWARD_MEAN,
                                    0.0,
                                    Signals.REWARD_STD,
                                    0.0,
                                    Signals.GROUP_ZERO_VARIANCE,
                                    1.0,
                                    Signals.GRAD_NORM,
                                    0.01 + 0.001 * (step % 5)));
            seen.add(observation);
            findings = monitor.inspect(observation);
        }

        assertThat(findings.stream().filter(Finding::alarm).map(Finding::detector))
                .containsExactly("silent-reward");
        assertThat(FingerprintDiagnoser.standard().diagnose(findings, seen).cause())
                .isEqualTo(Cause.REWARD_COLLAPSE);
    }

    private Verdict at(long step, double mean, double deviation) {
        return detector.inspect(observation(step, mean, deviation));
    }

    private static Observation observation(long step, double mean, double deviation) {
        return Observation.of(
                step, Map.of(Signals.REWARD_MEAN, mean, Signals.REWARD_STD, deviation));
    }
}
