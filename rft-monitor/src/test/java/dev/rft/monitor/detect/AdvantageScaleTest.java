package dev.rft.monitor.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.Detector;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.Verdict;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AdvantageScaleTest {

    private final Detector detector = new AdvantageScaleDetector();

    private long step;

    @Test
    void inspect_whitenedAdvantagesThatAreNot_alarmsInTheSecondStep() {
        steps(24, 0.9997);

        assertThat(at(1.4)).isEmpty();
        assertThat(at(1.42))
                .hasValueSatisfying(
                        evidence -> {
                            assertThat(evidence.onset()).hasValue(25);
                            assertThat(evidence.invariant()).isTrue();
                            assertThat(evidence.expected())
                                    .isEqualTo("0.9997, as in 24 steps or more before, or less");
                        });
    }

    @Test
    void inspect_tooYoung_orATenth_orOnce_isNoAlarm() {
        steps(23, 1);
        assertThat(at(4)).isEmpty();
        assertThat(at(4)).isEmpty();
        steps(24, 1);
        assertThat(at(1.1)).isEmpty();
        assertThat(at(1.1)).isEmpty();
        steps(24, 1);
        assertThat(at(4)).isEmpty();
        assertThat(at(1)).isEmpty();
        assertThat(at(4)).isEmpty();
    }

    @Test
    void inspect_below_isNoAlarm_sinceGroupsMayHaveNothingToLearn() {
        steps(24, 0.935);
        for (int i = 0; i < 10; i++) {
            assertThat(at(0.2)).isEmpty();
        }
        assertThat(verdict(0)).isInstanceOf(Verdict.NotEvaluated.class);
    }

    @Test
    void inspect_deviationThatIsMeasured_isNeverJudged() {
        Random random = new Random(7);
        for (int i = 0; i < 400; i++) {
            assertThat(verdict(0.8 + 0.01 * random.nextGaussian()))
                    .isInstanceOf(Verdict.NotEvaluated.class);
        }
        assertThat(verdict(3)).isInstanceOf(Verdict.NotEvaluated.class);
        assertThat(verdict(3)).isInstanceOf(Verdict.NotEvaluated.class);
    }

    @Test
    void inspect_lastingChange_isTheNewConstantAfterAWhile() {
        steps(24, 1);
        at(2);
        for (int i = 0; i < 31; i++) {
            assertThat(at(2)).isPresent();
        }
        for (int i = 0; i < 40; i++) {
            assertThat(at(2)).isEmpty();
        }
        at(3);
        assertThat(at(3)).isPresent();
    }

    @Test
    void restore_inMidStreak_goesOn() {
        steps(24, 1);
        at(2);
        Detector other = new AdvantageScaleDetector();
        other.restore(detector.save());

        assertThat(violated(other.inspect(observation(2)))).isPresent();
    }

    private void steps(int count, double deviation) {
        for (int i = 0; i < count; i++) {
            assertThat(at(deviation)).isEmpty();
        }
    }

    private Optional<Evidence> at(double deviation) {
        return violated(verdict(deviation));
    }

    private Verdict verdict(double deviation) {
        return detector.inspect(observation(deviation));
    }

    private Observation observation(double deviation) {
        return Observation.of(new StepKey(0, ++step, 0), Map.of(Signals.ADVANTAGE_STD, deviation));
    }

    private static Optional<Evidence> violated(Verdict verdict) {
        return verdict.match(
                healthy -> Optional.empty(),
                suspect -> Optional.empty(),
                violated -> Optional.of(violated.evidence()),
                notEvaluated -> Optional.empty());
    }
}
