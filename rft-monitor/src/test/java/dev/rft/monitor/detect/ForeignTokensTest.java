package dev.rft.monitor.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.api.signal.StepRecord;
import dev.rft.monitor.AlarmBudget;
import dev.rft.monitor.Detector;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.Finding;
import dev.rft.monitor.Monitor;
import dev.rft.monitor.Verdict;
import dev.rft.monitor.diagnose.Cause;
import dev.rft.monitor.diagnose.FingerprintDiagnoser;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ForeignTokensTest {

    private final Detector detector = Detectors.foreignTokens().create(0);

    @Test
    void inspect_twiceAsImprobableTwice_alarmsFromTheFirstStepOn() {
        // 0.64 nats x 100 responses of 3 tokens and an end are 256 expected; twice as many are 2
        // (sqrt(512) - 16) = 13.25.
        assertThat(at(1, 13.3, 0.64, 100)).isEmpty();
        assertThat(at(2, 13.3, 0.64, 100))
                .hasValueSatisfying(
                        evidence -> {
                            assertThat(evidence.onset()).hasValue(1);
                            assertThat(evidence.invariant()).isTrue();
                            assertThat(evidence.expected()).isEqualTo("<= 13.255 within 2 steps");
                        });
    }

    @Test
    void inspect_lessThanTwice_isNoAlarm_howeverManyTokens() {
        assertThat(at(1, 13.2, 0.64, 100)).isEmpty();
        assertThat(at(2, 13.2, 0.64, 100)).isEmpty();
        // A million tokens of an engine that rounds: 4 % more nats than expected are 28.
        assertThat(at(3, 28, 0.5, 250_000)).isEmpty();
        assertThat(at(4, 28, 0.5, 250_000)).isEmpty();
    }

    @Test
    void inspect_aPolicyThatIsSureOfAll_needsMoreThanNoise() {
        assertThat(at(1, 10, 0, 100)).isEmpty();
        assertThat(at(2, 10, 0, 100)).isEmpty();
        assertThat(at(3, 10.1, 0, 100)).isEmpty();
        assertThat(at(4, 10.1, 0, 100)).isPresent();
    }

    @Test
    void inspect_drawnColder_isNoAlarm() {
        assertThat(at(1, -30, 0.64, 100)).isEmpty();
        assertThat(at(2, -30, 0.64, 100)).isEmpty();
    }

    @Test
    void inspect_withoutEntropyOrTheNumberOfResponses_cannotTell() {
        Map<Signal, Double> both =
                Map.of(
                        Signals.ROLLOUT_SURPRISE,
                        90.0,
                        Signals.ENTROPY,
                        0.6,
                        Signals.RESPONSE_LENGTH,
                        3.0);
        Map<Signal, Double> alone =
                Map.of(Signals.ROLLOUT_SURPRISE, 90.0, Signals.RESPONSE_LENGTH, 3.0);
        Map<Signal, Integer> responses = Map.of(Signals.RESPONSE_LENGTH, 100);

        assertThat(detector.inspect(observation(1, both, Map.of())))
                .isInstanceOf(Verdict.NotEvaluated.class);
        assertThat(detector.inspect(observation(2, alone, responses)))
                .isInstanceOf(Verdict.NotEvaluated.class);
        assertThat(detector.inspect(observation(3, both, responses)))
                .isInstanceOf(Verdict.Suspect.class);
    }

    @Test
    void diagnosis_ofARunWhoseSamplerWasNeverSound_isTheSampler() {
        Monitor monitor = Monitor.standard(AlarmBudget.perTenThousandSteps(1));
        List<Observation> seen = new ArrayList<>();
        List<Finding> findings = List.of();
        for (int step = 1; step <= 2; step++) {
            Observation observation =
                    observation(
                            step,
                            Map.of(
                                    Signals.ROLLOUT_SURPRISE,
                                    30.0,
                                    Signals.ENTROPY,
                                    0.6,
                                    Signals.RESPONSE_LENGTH,
                                    3.0,
                                    Signals.REWARD_MEAN,
                                    0.1 * step),
                            Map.of(Signals.RESPONSE_LENGTH, 100));
            seen.add(observation);
            findings = monitor.inspect(observation);
        }

        assertThat(findings.stream().filter(Finding::alarm).map(Finding::detector))
                .containsExactly("foreign-tokens");
        assertThat(FingerprintDiagnoser.standard().diagnose(findings, seen).cause())
                .isEqualTo(Cause.SAMPLER_MISMATCH);
    }

    private Optional<Evidence> at(long step, double surprise, double entropy, int responses) {
        Observation observation =
                observation(
                        step,
                        Map.of(
                                Signals.ROLLOUT_SURPRISE,
                                surprise,
                                Signals.ENTROPY,
                                entropy,
                                Signals.RESPONSE_LENGTH,
                                3.0),
                        Map.of(Signals.RESPONSE_LENGTH, responses));
        return detector.inspect(observation)
                .match(
                        healthy -> Optional.empty(),
                        suspect -> Optional.empty(),
                        violated -> Optional.of(violated.evidence()),
                        notEvaluated -> Optional.empty());
    }

    private static Observation observation(
            long step, Map<Signal, Double> values, Map<Signal, Integer> counts) {
        return new Observation(
                new StepRecord("run", new StepKey(0, step, 0), values, counts), Optional.empty());
    }
}
