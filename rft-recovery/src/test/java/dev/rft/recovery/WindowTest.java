package dev.rft.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WindowTest {

    private static Window window(Signal signal, double... values) {
        return Window.of(signal, observations(signal, values)).orElseThrow();
    }

    private static List<Observation> observations(Signal signal, double... values) {
        List<Observation> observations = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            observations.add(Observation.of(i + 1, Map.of(signal, values[i])));
        }
        return observations;
    }

    @Test
    void against_handComputed_isWithinFourStandardErrors() {
        // Alternating 0 and 2: mean 1, variance 8/7, no positive autocorrelation; two windows of 8:
        // error sqrt(2/7) = 0.5345.
        Window reference = window(Signals.REWARD_MEAN, 0, 2, 0, 2, 0, 2, 0, 2);

        assertThat(
                        window(Signals.REWARD_MEAN, -2.1, -0.1, -2.1, -0.1, -2.1, -0.1, -2.1, -0.1)
                                .against(reference))
                .isZero();
        assertThat(
                        window(Signals.REWARD_MEAN, -2.2, -0.2, -2.2, -0.2, -2.2, -0.2, -2.2, -0.2)
                                .against(reference))
                .isEqualTo(-1);
    }

    @Test
    void against_oneValue_takesTheNoiseOfTheOther() {
        Window reference = window(Signals.REWARD_MEAN, 0, 2, 0, 2, 0, 2, 0, 2);

        assertThat(window(Signals.REWARD_MEAN, 5).against(reference)).isZero();
        assertThat(window(Signals.REWARD_MEAN, 6).against(reference)).isEqualTo(1);
    }

    @Test
    void against_constants_differByAnything() {
        assertThat(window(Signals.REWARD_MEAN, 1, 1).against(window(Signals.REWARD_MEAN, 1, 1)))
                .isZero();
        assertThat(window(Signals.REWARD_MEAN, 0.9, 0.9).against(window(Signals.REWARD_MEAN, 1, 1)))
                .isEqualTo(-1);
    }

    @Test
    void against_slowWaves_areNoise() {
        SplittableRandom random = new SplittableRandom(5);
        int different = 0;
        for (int run = 0; run < 400; run++) {
            double[] first = new double[24];
            double[] second = new double[9];
            double level = 0;
            for (int i = 0; i < 100; i++) {
                level = 0.8 * level + random.nextDouble(-1, 1);
                if (i >= 40 && i < 64) {
                    first[i - 40] = level;
                } else if (i >= 70 && i < 79) {
                    second[i - 70] = level;
                }
            }
            Window a = window(Signals.REWARD_MEAN, second);
            different += Math.abs(a.against(window(Signals.REWARD_MEAN, first)));
        }
        assertThat(different).isLessThan(40);
    }

    @Test
    void of_valuesNotFinite_areLeftOut() {
        assertThat(window(Signals.REWARD_MEAN, 1, Double.NaN, 3, Double.POSITIVE_INFINITY).mean())
                .isEqualTo(2);
        assertThat(Window.of(Signals.REWARD_MEAN, observations(Signals.REWARD_MEAN, Double.NaN)))
                .isEmpty();
        assertThat(Window.of(Signals.REWARD_MEAN, observations(Signals.GRAD_NORM, 1))).isEmpty();
    }

    @Test
    void of_logarithmicSignal_comparesByFactors() {
        assertThat(window(Signals.GRAD_NORM, 1, 100).mean()).isEqualTo(Math.log(10));
        assertThat(window(Signals.GRAD_NORM, 1, 0, 100).mean()).isEqualTo(Math.log(10));
        assertThat(Window.of(Signals.GRAD_NORM, observations(Signals.GRAD_NORM, 0))).isEmpty();
    }

    @Test
    void median_evenAndOdd() {
        assertThat(Window.median(Signals.GRAD_NORM, observations(Signals.GRAD_NORM, 5, 1, 3)))
                .contains(3.0);
        assertThat(Window.median(Signals.GRAD_NORM, observations(Signals.GRAD_NORM, 5, 1)))
                .contains(3.0);
        assertThat(Window.median(Signals.GRAD_NORM, List.of())).isEmpty();
    }
}
