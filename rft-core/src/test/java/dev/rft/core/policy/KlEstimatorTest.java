package dev.rft.core.policy;

import static dev.rft.core.testing.Numbers.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import dev.rft.core.testing.EngineExtension;
import dev.rft.core.testing.GradientOf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class KlEstimatorTest {

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    @Test
    void estimate_k1_isTheDifference() {
        assertAt(KlEstimator.K1, -0.5, -0.5, 1);
        assertAt(KlEstimator.K1, 2, 2, 1);
    }

    @Test
    void estimate_k2_isHalfTheSquare() {
        assertAt(KlEstimator.K2, -0.5, 0.125, -0.5);
        assertAt(KlEstimator.K2, 3, 4.5, 3);
    }

    @Test
    void estimate_k3_isTheConvexFormAndItsSlope() {
        for (double x : new double[] {-2, -0.5, -0.02, 0.02, 0.5, 3}) {
            assertAt(KlEstimator.K3, x, Math.exp(-x) + x - 1, 1 - Math.exp(-x));
        }
        assertAt(KlEstimator.K3, 0, 0, 0);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-6, 1e-4, -1e-4, 3e-3, -9e-3})
    void estimate_k3OfTinyDifferences_isExactToFloatPrecision(double x) {
        GradientOf result = at(KlEstimator.K3, x);

        // expm1 in double precision is the truth; the series leaves out x^4 / 24.
        double truth = Math.expm1(-x) + x;
        assertThat(result.value()).isPositive();
        assertThat(result.value()).isCloseTo(truth, within(2e-5 * truth));
        assertThat(result.gradient()[0])
                .isCloseTo(-Math.expm1(-x), within(1e-4 * Math.abs(x) + 1e-12));
    }

    @Test
    void estimate_k3BeyondTheClamps_isTenWithoutASlope() {
        assertAt(KlEstimator.K3, -2.7, 10, 0);
        assertAt(KlEstimator.K3, -25, 10, 0);
        assertAt(KlEstimator.K3, 12, 10, 0);
        assertAt(KlEstimator.K3, 500, 10, 0);
    }

    @Test
    void estimate_abs_isTheSize() {
        assertAt(KlEstimator.ABS, -0.5, 0.5, -1);
        assertAt(KlEstimator.ABS, 2, 2, 1);
        assertAt(KlEstimator.ABS, 0, 0, 0);
    }

    @Test
    void estimate_straightThrough_hasTheValueOfItsBaseAndTheSlopeOfK2() {
        for (double x : new double[] {-2, -0.5, 1e-3, 0.5, 3}) {
            assertAt(KlEstimator.K1_STRAIGHT_THROUGH, x, x, x);
            assertAt(KlEstimator.K3_STRAIGHT_THROUGH, x, Math.exp(-x) + x - 1, x);
        }
    }

    @ParameterizedTest
    @EnumSource
    void estimate_withNanAtMaskedPlaces_isZeroThereInValueAndGradient(KlEstimator estimator) {
        NDArray mask = engine.mask(new int[] {1, 0, 0});
        NDArray reference = engine.matrix(new double[] {-1, -1, Double.NaN});
        NDArray logProb = engine.matrix(new double[] {-0.5, Double.NaN, -2});

        assertThat(estimator.estimate(logProb, reference, mask).toFloatArray()[1]).isZero();
        GradientOf result =
                GradientOf.at(logProb, input -> estimator.estimate(input, reference, mask).sum());

        double[] slope = {at(estimator, 0.5).gradient()[0], 0, 0};
        assertThat(result.value()).isCloseTo(at(estimator, 0.5).value(), within(1e-6));
        assertClose(result.gradient(), slope, 1e-6);
    }

    @ParameterizedTest
    @EnumSource
    void estimate_ofNan_isNan(KlEstimator estimator) {
        assertThat(at(estimator, Double.NaN).value()).isNaN();
    }

    private void assertAt(KlEstimator estimator, double x, double value, double slope) {
        GradientOf result = at(estimator, x);
        assertThat(result.value()).isCloseTo(value, within(1e-5));
        assertThat(result.gradient()[0]).isCloseTo(slope, within(1e-5));
    }

    private GradientOf at(KlEstimator estimator, double x) {
        NDArray zero = engine.matrix(new double[] {0});
        NDArray mask = engine.mask(new int[] {1});
        return GradientOf.at(
                engine.matrix(new double[] {x}),
                input -> estimator.estimate(input, zero, mask).sum());
    }
}
