package dev.rft.core.optim;

import static dev.rft.core.testing.Numbers.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.rft.core.testing.EngineExtension;
import dev.rft.core.testing.GradientOf;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class AdamWTest {

    private static final double[][] GRADIENTS = {
        {0.5, -2, 0, 1e-4}, {-1, -2, 3, 1e-4}, {0.25, 1, 0, -1e-3}, {4, 0, 0, 0}
    };

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    @Test
    void step_severalTimes_followsTheFormulaInDoublePrecision() {
        AdamW.Config config = new AdamW.Config(0.9, 0.99, 1e-8, 0.1);
        double[] weight = {1, -2, 0.5, 3};
        double[] first = new double[4];
        double[] second = new double[4];
        Map<String, NDArray> parameters = parameters(weight);
        AdamW adam = new AdamW(engine.manager(), parameters, config);

        for (int t = 1; t <= GRADIENTS.length; t++) {
            double rate = 0.1 / t;
            double change = 0;
            for (int i = 0; i < weight.length; i++) {
                double gradient = GRADIENTS[t - 1][i];
                first[i] = 0.9 * first[i] + 0.1 * gradient;
                second[i] = 0.99 * second[i] + 0.01 * gradient * gradient;
                double mean = first[i] / (1 - Math.pow(0.9, t));
                double square = second[i] / (1 - Math.pow(0.99, t));
                double before = weight[i];
                weight[i] -= rate * (0.1 * before + mean / (Math.sqrt(square) + 1e-8));
                change += (weight[i] - before) * (weight[i] - before);
            }
            GradientOf.set(parameters.get("w"), GRADIENTS[t - 1]);

            double norm = adam.step(parameters, rate);

            assertClose(parameters.get("w"), weight, 1e-6);
            assertThat(norm).isCloseTo(Math.sqrt(change), within(1e-6));
            assertClose(adam.state().get("m.w"), first, 1e-6);
            assertClose(adam.state().get("v.w"), second, 1e-6);
            assertThat(adam.state().get("steps").toLongArray()).containsExactly(t);
        }
    }

    @Test
    void step_theFirstTime_movesEachWeightByTheLearningRate() {
        Map<String, NDArray> parameters = parameters(1, -2, 0.5, 3);
        AdamW adam = new AdamW(engine.manager(), parameters, AdamW.Config.defaults());
        GradientOf.set(parameters.get("w"), 7, -0.01, 0, 500);

        double norm = adam.step(parameters, 0.25);

        assertClose(parameters.get("w"), new double[] {0.75, -1.75, 0.5, 2.75}, 1e-6);
        assertThat(norm).isCloseTo(0.25 * Math.sqrt(3), within(1e-6));
    }

    @Test
    void step_withLearningRateZero_movesTheMomentsAndNoWeight() {
        Map<String, NDArray> parameters = parameters(1, -2, 0.5, 3);
        AdamW adam =
                new AdamW(engine.manager(), parameters, new AdamW.Config(0.9, 0.99, 1e-8, 0.1));
        GradientOf.set(parameters.get("w"), 1, 1, 1, 1);

        assertThat(adam.step(parameters, 0)).isZero();

        assertThat(parameters.get("w").toFloatArray()).containsExactly(1, -2, 0.5f, 3);
        assertClose(adam.state().get("m.w"), new double[] {0.1, 0.1, 0.1, 0.1}, 1e-7);
    }

    @Test
    void step_withALearningRateThatIsNone_isRefused() {
        Map<String, NDArray> parameters = parameters(1);
        AdamW adam = new AdamW(engine.manager(), parameters, AdamW.Config.defaults());

        for (double rate : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> adam.step(parameters, rate))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("learning rate: must be >= 0 and finite, was " + rate);
        }
    }

    @Test
    void step_withAForeignParameter_isRefusedBeforeAnythingChanges() {
        Map<String, NDArray> parameters = parameters(1, 2);
        AdamW adam = new AdamW(engine.manager(), parameters, AdamW.Config.defaults());
        GradientOf.set(parameters.get("w"), 1, 1);
        Map<String, NDArray> more = new TreeMap<>(parameters);
        more.put("x", parameters(3).get("w"));

        assertThatThrownBy(() -> adam.step(more, 0.1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("parameter x");

        assertThat(parameters.get("w").toFloatArray()).containsExactly(1, 2);
        assertThat(adam.state().get("m.w").toFloatArray()).containsExactly(0, 0);
        assertThat(adam.state().get("steps").toLongArray()).containsExactly(0);
    }

    @Test
    void reset_afterSteps_givesTheUpdateOfANewOptimizer() {
        Map<String, NDArray> parameters = parameters(1, -2, 0.5, 3);
        AdamW adam = new AdamW(engine.manager(), parameters, AdamW.Config.defaults());
        NDArray moment = adam.state().get("v.w");
        for (double[] gradient : GRADIENTS) {
            GradientOf.set(parameters.get("w"), gradient);
            adam.step(parameters, 0.1);
        }
        moment.set(new NDIndex("0"), Float.NaN);

        adam.reset();

        assertThat(adam.state().keySet()).containsExactly("m.w", "steps", "v.w");
        assertThat(adam.state().get("v.w")).isSameAs(moment);
        assertThat(moment.toFloatArray()).containsOnly(0);
        assertThat(adam.state().get("m.w").toFloatArray()).containsOnly(0);
        assertThat(adam.state().get("steps").toLongArray()).containsExactly(0);
    }

    @Test
    void step_andReset_leaveNothingBehind() {
        Map<String, NDArray> parameters = parameters(1, 2);
        AdamW adam =
                new AdamW(engine.manager(), parameters, new AdamW.Config(0.9, 0.99, 1e-8, 0.1));
        GradientOf.set(parameters.get("w"), 1, 1);
        int before = resources(adam);
        int outside = engine.manager().getManagedArrays().size();

        adam.step(parameters, 0.1);
        adam.reset();

        assertThat(resources(adam)).isEqualTo(before);
        assertThat(engine.manager().getManagedArrays()).hasSize(outside);
    }

    @Test
    void close_freesTheState() {
        AdamW adam = new AdamW(engine.manager(), parameters(1), AdamW.Config.defaults());
        NDArray moment = adam.state().get("m.w");

        adam.close();

        assertThatThrownBy(moment::toFloatArray).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void config_outOfRange_isRefused() {
        assertRefused("beta1 and beta2", 1, 0.9, 1e-8, 0);
        assertRefused("beta1 and beta2", 0.9, -0.1, 1e-8, 0);
        assertRefused("beta1 and beta2", Double.NaN, 0.9, 1e-8, 0);
        assertRefused("epsilon must be > 0", 0.9, 0.9, 0, 0);
        assertRefused("weightDecay >= 0", 0.9, 0.9, 1e-8, -1);
    }

    private static void assertRefused(
            String message, double beta1, double beta2, double epsilon, double decay) {
        assertThatThrownBy(() -> new AdamW.Config(beta1, beta2, epsilon, decay))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static int resources(AdamW adam) {
        return adam.state().get("steps").getManager().getManagedArrays().size();
    }

    private Map<String, NDArray> parameters(double... weight) {
        NDArray array = engine.matrix(weight);
        array.setRequiresGradient(true);
        return new TreeMap<>(Map.of("w", array));
    }
}
