package dev.rft.monitor.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.monitor.Detector;
import dev.rft.monitor.Verdict;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The share of the returns that a critic explains has no bottom, and below 0 no meaning. */
class ValueMismatchTest {

    private static boolean alarms(double before, double after, double noise) {
        Detector detector =
                Detectors.standard().stream()
                        .filter(factory -> factory.id().equals("value-mismatch"))
                        .findFirst()
                        .orElseThrow()
                        .create(1e-4);
        Random random = new Random(1);
        boolean alarmed = false;
        for (int step = 1; step <= 120; step++) {
            double value = (step <= 80 ? before : after) + noise * random.nextGaussian();
            Observation observation =
                    Observation.of(step, Map.of(Signals.VALUE_EXPLAINED_VARIANCE, value));
            alarmed |= detector.inspect(observation) instanceof Verdict.Violated;
        }
        return alarmed;
    }

    @Test
    void explainedVariance_fallsBelowNothing_alarms() {
        assertThat(alarms(0.7, -5, 0.05)).isTrue();
    }

    @Test
    void explainedVariance_ofAUselessCriticThatGetsWorse_saysNothingNew() {
        assertThat(alarms(-2, -40, 0.5)).isFalse();
    }
}
