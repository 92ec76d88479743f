package dev.rft.core.policy;

import static dev.rft.core.testing.Numbers.assertClose;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.rft.core.testing.EngineExtension;
import dev.rft.core.testing.GradientOf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TokenLogProbsTest {

    private static final double[] P = {0.1, 0.2, 0.7};

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    @Test
    void of_aDistribution_isItsLogarithmAndEntropy() {
        TokenLogProbs result = TokenLogProbs.of(logits(1), tokens(), 1);

        double entropy = -(0.1 * Math.log(0.1) + 0.2 * Math.log(0.2) + 0.7 * Math.log(0.7));
        assertClose(result.logProb(), new double[] {Math.log(0.7), Math.log(0.1)}, 1e-6);
        assertClose(result.entropy(), new double[] {entropy, entropy}, 1e-6);
    }

    @Test
    void of_logitsAtATemperature_isTheSharpenedDistribution() {
        TokenLogProbs hot = TokenLogProbs.of(logits(2.5), tokens(), 2.5);

        assertClose(hot.logProb(), new double[] {Math.log(0.7), Math.log(0.1)}, 1e-6);
    }

    @Test
    void of_logits_hasTheGradientOfSoftmaxAndNoneOfTheEntropy() {
        NDArray tokens = tokens();

        GradientOf result =
                GradientOf.at(
                        logits(1),
                        input -> {
                            TokenLogProbs both = TokenLogProbs.of(input, tokens, 1);
                            return both.logProb().add(both.entropy()).sum();
                        });

        // One-hot minus the distribution.
        assertClose(result.gradient(), new double[] {-0.1, -0.2, 0.3, 0.9, -0.2, -0.7}, 1e-6);
    }

    @Test
    void of_logitsWithAnEntropyGradient_hasThatOfTheEntropy() {
        NDArray tokens = tokens();

        GradientOf result =
                GradientOf.at(
                        logits(1),
                        input -> TokenLogProbs.of(input, tokens, 1, true).entropy().sum());

        // -p (log p + H).
        double entropy = -(0.1 * Math.log(0.1) + 0.2 * Math.log(0.2) + 0.7 * Math.log(0.7));
        double[] slopes = new double[6];
        for (int i = 0; i < 6; i++) {
            slopes[i] = -P[i % 3] * (Math.log(P[i % 3]) + entropy);
        }
        assertClose(result.gradient(), slopes, 1e-6);
    }

    @Test
    void of_aTemperatureThatIsNone_isRefused() {
        for (double bad : new double[] {0, -1, Double.NaN}) {
            assertThatThrownBy(() -> TokenLogProbs.of(logits(1), tokens(), bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("temperature: must be > 0, was " + bad);
        }
    }

    private NDArray logits(double factor) {
        float[] values = new float[6];
        for (int i = 0; i < 6; i++) {
            values[i] = (float) (factor * (Math.log(P[i % 3]) + 4));
        }
        return engine.manager().create(values, new Shape(1, 2, 3));
    }

    private NDArray tokens() {
        return engine.manager().create(new long[] {2, 0}, new Shape(1, 2));
    }
}
