package dev.rft.monitor.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.AlarmBudget;
import dev.rft.monitor.Detector;
import dev.rft.monitor.DetectorState;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.Finding;
import dev.rft.monitor.Monitor;
import dev.rft.monitor.Verdict;
import dev.rft.monitor.diagnose.Cause;
import dev.rft.monitor.diagnose.Diagnoser;
import dev.rft.monitor.diagnose.FingerprintDiagnoser;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FarUpdateTest {

    private final Detector detector = Detectors.farUpdate().create(0);

    @Test
    void inspect_twoStepsInARow_alarmsFromTheFirstStepOn() {
        assertThat(at(1, 3.8)).isEmpty();
        assertThat(at(2, 3.6))
                .hasValueSatisfying(
                        evidence -> {
                            assertThat(evidence.onset()).hasValue(1);
                            assertThat(evidence.invariant()).isTrue();
                        });
        assertThat(at(3, 0.4)).isEmpty();
        assertThat(at(4, 1.5)).isEmpty();
        assertThat(at(5, 1.5)).hasValueSatisfying(e -> assertThat(e.onset()).hasValue(4));
    }

    @Test
    void inspect_oneWildEstimate_orTheBoundItself_isNoAlarm() {
        assertThat(at(1, 40)).isEmpty();
        assertThat(at(2, 1)).isEmpty();
        assertThat(at(3, 40)).isEmpty();
    }

    @Test
    void inspect_aValueThatIsMissingOrNotFinite_endsNoSeries() {
        assertThat(at(1, 2)).isEmpty();
        assertThat(at(2, Double.NaN)).isEmpty();
        assertThat(detector.inspect(Observation.of(3, Map.of(Signals.ENTROPY, 1.0))))
                .isInstanceOf(Verdict.NotEvaluated.class);
        assertThat(at(4, 2)).hasValueSatisfying(e -> assertThat(e.onset()).hasValue(1));
    }

    @Test
    void restore_inMidSeries_goesOn_andRefusesAnother() {
        at(7, 2);
        Detector other = Detectors.farUpdate().create(0);
        other.restore(detector.save());

        assertThat(violated(other.inspect(observation(8, 2)))).isPresent();
        assertThatThrownBy(() -> other.restore(Detectors.outage().create(0).save()))
                .hasMessageContaining("far-update state: must be 2 numbers named far-update");
        other.restore(DetectorState.EMPTY);
        assertThat(violated(other.inspect(observation(9, 2)))).isEmpty();
    }

    @Test
    void diagnosis_ofARunThatBrokeInItsFirstStep_isAKlExplosion() {
        Monitor monitor = Monitor.standard(AlarmBudget.perTenThousandSteps(1));
        Diagnoser diagnoser = FingerprintDiagnoser.standard();
        List<Observation> seen = new ArrayList<>();
        List<Finding> findings = List.of();
        double[] reward = {0.5, 0};
        for (int step = 1; step <= 2; step++) {
            Observation observation =
                    Observation.of(
                            new StepKey(0, step, 0),
                            Map.of(
                                    Signals.KL_UPDATE,
                                    4.0,
                                    Signals.REWARD_MEAN,
                                    reward[step - 1],
                                    Signals.GRAD_NORM,
                                    2.0));
            seen.add(observation);
            findings = monitor.inspect(observation);
        }

        assertThat(findings.stream().filter(Finding::alarm).map(Finding::detector))
                .containsExactly("far-update");
        assertThat(diagnoser.diagnose(findings, seen).cause()).isEqualTo(Cause.KL_EXPLOSION);
    }

    private Optional<Evidence> at(long step, double kl) {
        return violated(detector.inspect(observation(step, kl)));
    }

    private static Observation observation(long step, double kl) {
        return Observation.of(new StepKey(0, step, 0), Map.of(Signals.KL_UPDATE, kl));
    }

    private static Optional<Evidence> violated(Verdict verdict) {
        return verdict.match(
                healthy -> Optional.empty(),
                suspect -> Optional.empty(),
                violated -> Optional.of(violated.evidence()),
                notEvaluated -> Optional.empty());
    }
}
