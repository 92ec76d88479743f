package dev.rft.core.optim;

import static dev.rft.core.testing.Numbers.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import dev.rft.core.testing.EngineExtension;
import dev.rft.core.testing.GradientOf;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class GradientsTest {

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    @Test
    void globalNorm_ofSeveralArrays_isThatOfAllEntriesTogether() {
        assertThat(Gradients.globalNorm(List.of(with(2, -4), with(5), with(6, 0))))
                .isCloseTo(9, within(1e-6));
    }

    @Test
    void globalNorm_ofANewParameter_isZero() {
        NDArray fresh = engine.matrix(new double[] {1, 2});
        fresh.setRequiresGradient(true);

        assertThat(Gradients.globalNorm(List.of(fresh))).isZero();
    }

    @Test
    void globalNorm_withAnEntryThatIsNotFinite_isNotFinite() {
        assertThat(Gradients.globalNorm(List.of(with(1), with(Double.NaN, 1)))).isNaN();
        assertThat(Gradients.globalNorm(List.of(with(1), with(Double.NEGATIVE_INFINITY))))
                .isInfinite();
        assertThat(Gradients.globalNorm(List.of(with(1e30)))).isInfinite();
    }

    @Test
    void clip_aboveTheBound_scalesAllAlike() {
        NDArray one = with(2, -4);
        NDArray two = with(4);

        Gradients.clip(List.of(one, two), 6, 1.5);

        assertClose(gradient(one), new double[] {0.5, -1}, 1e-6);
        assertClose(gradient(two), new double[] {1}, 1e-6);
    }

    @Test
    void clip_belowTheBound_changesNothing() {
        NDArray one = with(2, -4);

        Gradients.clip(List.of(one), Math.sqrt(20), 5);

        assertClose(gradient(one), new double[] {2, -4}, 0);
    }

    @Test
    void clip_withABoundOrNormThatIsNone_isRefused() {
        NDArray one = with(1);
        for (double[] bad : new double[][] {{Double.NaN, 1}, {1.0 / 0, 1}, {1, 0}, {1, 0.0 / 0}}) {
            assertThatThrownBy(() -> Gradients.clip(List.of(one), bad[0], bad[1]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("bound must be > 0 and norm finite");
        }
    }

    @Test
    void zero_ofGradientsWithNanAndInfinity_reallyZeroes() {
        NDArray one = with(Double.NaN, Double.POSITIVE_INFINITY, 3);

        Gradients.zero(List.of(one));

        assertClose(gradient(one), new double[] {0, 0, 0}, 0);
    }

    @Test
    void zeroClipAndNorm_leaveNothingBehind() {
        NDArray one = with(3, 4);
        int before = engine.manager().getManagedArrays().size();

        Gradients.clip(List.of(one), Gradients.globalNorm(List.of(one)), 1);
        Gradients.zero(List.of(one));

        assertThat(engine.manager().getManagedArrays()).hasSize(before);
    }

    private NDArray gradient(NDArray parameter) {
        return parameter.getGradient();
    }

    private NDArray with(double... gradient) {
        NDArray array = engine.matrix(new double[gradient.length]);
        array.setRequiresGradient(true);
        GradientOf.set(array, gradient);
        return array;
    }
}
