package dev.rft.core.optim;

import static dev.rft.core.testing.Numbers.assertClose;
import static dev.rft.core.testing.Numbers.bits;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SgdTest {

    private static final double[][] GRADIENTS = {
        {0.5, -2, 0, 1e-4}, {-1, -2, 3, 1e-4}, {0, 0, 0, 0}, {4, 0, 0, -1}
    };

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    @ParameterizedTest
    @CsvSource({"0,false,0", "0,false,0.1", "0.9,false,0", "0.9,false,0.1", "0.8,true,0.1"})
    void step_severalTimes_followsTheFormulaInDoublePrecision(
            double momentum, boolean nesterov, double decay) {
        double[] weight = {1, -2, 0.5, 3};
        double[] buffer = new double[4];
        Map<String, NDArray> parameters = parameters(weight);
        Sgd sgd = new Sgd(engine.manager(), parameters, new Sgd.Config(momentum, nesterov, decay));

        for (int t = 0; t < GRADIENTS.length; t++) {
            double rate = 0.1 / (t + 1);
            double change = 0;
            for (int i = 0; i < weight.length; i++) {
                double slope = GRADIENTS[t][i] + decay * weight[i];
                buffer[i] = momentum * buffer[i] + slope;
                double move = rate * (nesterov ? slope + momentum * buffer[i] : buffer[i]);
                weight[i] -= move;
                change += move * move;
            }
            GradientOf.set(parameters.get("w"), GRADIENTS[t]);

            double norm = sgd.step(parameters, rate);

            assertClose(parameters.get("w"), weight, 1e-6);
            assertThat(norm).isCloseTo(Math.sqrt(change), within(1e-6));
            if (momentum > 0) {
                assertClose(sgd.state().get("momentum.w"), buffer, 1e-6);
            }
        }
    }

    @Test
    void step_withoutMomentum_hasNoStateAndLeavesTheGradient() {
        Map<String, NDArray> parameters = parameters(1, 2);
        Sgd sgd = new Sgd(engine.manager(), parameters, Sgd.Config.defaults());
        GradientOf.set(parameters.get("w"), 3, -4);

        assertThat(sgd.step(parameters, 0.5)).isCloseTo(2.5, within(1e-6));

        assertThat(sgd.state()).isEmpty();
        assertClose(parameters.get("w"), new double[] {-0.5, 4}, 1e-6);
        assertClose(parameters.get("w").getGradient(), new double[] {3, -4}, 0);
    }

    @Test
    void step_withZeroGradients_movesNothing() {
        Map<String, NDArray> parameters = parameters(1, 2);
        Sgd sgd = new Sgd(engine.manager(), parameters, new Sgd.Config(0.9, true, 0));
        GradientOf.set(parameters.get("w"), 0, 0);

        assertThat(sgd.step(parameters, 0.5)).isZero();

        assertThat(parameters.get("w").toFloatArray()).containsExactly(1, 2);
    }

    @Test
    void step_afterStateAndWeightsAreCopiedBack_isTheSameBitForBit() {
        Map<String, NDArray> parameters = parameters(1, -2, 0.5, 3);
        NDArray weight = parameters.get("w");
        Sgd sgd = new Sgd(engine.manager(), parameters, new Sgd.Config(0.9, true, 0.1));
        step(sgd, parameters, 0);
        NDArray savedWeight = weight.duplicate();
        NDArray savedBuffer = sgd.state().get("momentum.w").duplicate();
        step(sgd, parameters, 1);
        Map<String, String> state = bits(sgd.state());
        float[] after = weight.toFloatArray();

        weight.set(new NDIndex("..."), savedWeight);
        sgd.state().get("momentum.w").set(new NDIndex("..."), savedBuffer);
        step(sgd, parameters, 1);

        assertThat(weight.toFloatArray()).isEqualTo(after);
        assertThat(bits(sgd.state())).isEqualTo(state);
    }

    @Test
    void reset_afterNan_givesTheUpdateOfANewOptimizer() {
        Map<String, NDArray> parameters = parameters(1, 2);
        Sgd sgd = new Sgd(engine.manager(), parameters, new Sgd.Config(0.9, false, 0));
        NDArray buffer = sgd.state().get("momentum.w");
        buffer.set(new NDIndex("0"), Float.NaN);

        sgd.reset();
        GradientOf.set(parameters.get("w"), 1, 1);
        sgd.step(parameters, 0.5);

        assertThat(sgd.state().get("momentum.w")).isSameAs(buffer);
        assertClose(parameters.get("w"), new double[] {0.5, 1.5}, 1e-6);
    }

    @Test
    void step_withAForeignParameterOrNoRate_isRefusedBeforeAnythingChanges() {
        Map<String, NDArray> parameters = parameters(1, 2);
        Sgd sgd = new Sgd(engine.manager(), parameters, new Sgd.Config(0.9, false, 0));
        GradientOf.set(parameters.get("w"), 1, 1);
        Map<String, NDArray> more = new TreeMap<>(parameters);
        more.put("x", parameters(3).get("w"));

        assertThatThrownBy(() -> sgd.step(more, 0.1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("parameter x");
        for (double rate : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> sgd.step(parameters, rate))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("learning rate: must be >= 0 and finite, was " + rate);
        }

        assertThat(parameters.get("w").toFloatArray()).containsExactly(1, 2);
        assertThat(sgd.state().get("momentum.w").toFloatArray()).containsOnly(0);
    }

    @Test
    void step_andReset_leaveNothingBehind() {
        Map<String, NDArray> parameters = parameters(1, 2);
        Sgd sgd = new Sgd(engine.manager(), parameters, new Sgd.Config(0.9, true, 0.1));
        GradientOf.set(parameters.get("w"), 1, 1);
        int before = resources(sgd);
        int outside = engine.manager().getManagedArrays().size();

        sgd.step(parameters, 0.1);
        sgd.reset();

        assertThat(resources(sgd)).isEqualTo(before);
        assertThat(engine.manager().getManagedArrays()).hasSize(outside);
    }

    @Test
    void close_freesTheState() {
        Sgd sgd = new Sgd(engine.manager(), parameters(1), new Sgd.Config(0.9, false, 0));
        NDArray buffer = sgd.state().get("momentum.w");

        sgd.close();

        assertThatThrownBy(buffer::toFloatArray).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void config_outOfRange_isRefused() {
        assertRefused("momentum: must be in [0, 1), was 1.0", 1, false, 0);
        assertRefused("momentum: must be in [0, 1), was NaN", Double.NaN, false, 0);
        assertRefused("momentum: must be > 0 with nesterov", 0, true, 0);
        assertRefused("weightDecay: must be >= 0 and finite, was -1.0", 0, false, -1);
        assertRefused("weightDecay: must be >= 0 and finite, was NaN", 0, false, Double.NaN);
    }

    private static void assertRefused(
            String message, double momentum, boolean nesterov, double decay) {
        assertThatThrownBy(() -> new Sgd.Config(momentum, nesterov, decay))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static void step(Sgd sgd, Map<String, NDArray> parameters, int gradient) {
        GradientOf.set(parameters.get("w"), GRADIENTS[gradient]);
        sgd.step(parameters, 0.1);
    }

    private static int resources(Sgd sgd) {
        return sgd.state().get("momentum.w").getManager().getManagedArrays().size();
    }

    private Map<String, NDArray> parameters(double... weight) {
        NDArray array = engine.matrix(weight);
        array.setRequiresGradient(true);
        return new TreeMap<>(Map.of("w", array));
    }
}
