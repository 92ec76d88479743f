package dev.rft.core.policy;

import static dev.rft.core.testing.Numbers.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import dev.rft.core.testing.EngineExtension;
import dev.rft.core.testing.GradientOf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PolicyObjectiveTest {

    private static final double NAN = Double.NaN;
    private static final int[][] MASK = {{1, 1, 0}, {1, 1, 1}};
    private static final double[][] OLD = {{-1, -2, -1}, {-0.5, -1.5, -3}};
    private static final double[][] ADVANTAGE = {{2, 2, 2}, {-1, -1, -1}};
    private static final double[][] REFERENCE = {{-1.2, -1.1, -1}, {-0.9, -1.5, -2.5}};

    /** Log-ratios inside and outside of both clip bounds, for both signs of the advantage. */
    private static final double[][] LOG_RATIO = {{0.1, 0.5, 0}, {-0.1, -0.5, 0.6}};

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    @Test
    void loss_ofTheClippedSurrogate_isTheValueByHand() {
        GradientOf result = at(PolicyObjective.clipped(0.2, 0.28), logProb(), null);

        // Positive advantage 2: free at +0.1, clipped at 1.28 for +0.5. Negative advantage -1:
        // free at -0.1, clipped at 0.8 for -0.5, free (the pessimistic side) at +0.6.
        double a = Math.exp(0.1);
        double b = Math.exp(-0.1);
        double c = Math.exp(0.6);
        assertThat(result.value()).isCloseTo((-2 * a - 2 * 1.28 + b + 0.8 + c) / 5, within(1e-6));
        assertClose(result.gradient(), new double[] {-2 * a / 5, 0, 0, b / 5, 0, c / 5}, 1e-6);
    }

    @Test
    void loss_atTheOldPolicy_hasThePolicyGradient() {
        GradientOf result = at(PolicyObjective.clipped(0.2, 0.2), OLD, null);

        assertThat(result.value()).isCloseTo((-2 - 2 + 1 + 1 + 1) / 5.0, within(1e-6));
        assertClose(result.gradient(), new double[] {-0.4, -0.4, 0, 0.2, 0.2, 0.2}, 1e-6);
    }

    @Test
    void loss_withClipRangeZeroAtTheOldPolicy_isTheValue() {
        assertThat(at(PolicyObjective.clipped(0, 0), OLD, null).value())
                .isCloseTo(-0.2, within(1e-6));
    }

    @Test
    void loss_withAdvantageZero_hasGradientZero() {
        GradientOf result =
                at(PolicyObjective.clipped(0.2, 0.2), logProb(), new double[2][3], MASK, null);

        assertThat(result.value()).isZero();
        assertClose(result.gradient(), new double[6], 0);
    }

    @Test
    void loss_ofExtremeLogRatios_isFiniteAndWithoutASlopeBeyondTheClamp() {
        double[][] far = {{OLD[0][0] - 50, OLD[0][1] + 50, 0}, {-0.5, OLD[1][1] + 50, -3}};

        GradientOf result = at(PolicyObjective.clipped(0.2, 0.2), far, null);

        double top = Math.exp(20);
        double value = (-2 * Math.exp(-20) - 2 * 1.2 + 1 + top + 1) / 5;
        assertThat(result.value()).isCloseTo(value, within(1e-6 * top));
        assertClose(result.gradient(), new double[] {0, 0, 0, 0.2, 0, 0.2}, 1e-6);
    }

    @ParameterizedTest
    @EnumSource(names = {"K2", "K3"})
    void loss_withAKlTerm_addsItsWeightedEstimate(KlEstimator estimator) {
        PolicyObjective plain = PolicyObjective.clipped(0.2, 0.28);
        double without = at(plain, logProb(), null).value();
        double[][] logProb = logProb();
        double kl = 0;
        for (int row = 0; row < 2; row++) {
            for (int column = 0; column < 3; column++) {
                double x = logProb[row][column] - REFERENCE[row][column];
                double value = estimator == KlEstimator.K2 ? x * x / 2 : Math.expm1(-x) + x;
                kl += MASK[row][column] * value;
            }
        }

        double with = at(plain.withKl(estimator, 0.3), logProb, REFERENCE).value();

        assertThat(with - without).isCloseTo(0.3 * kl / 5, within(1e-6));
    }

    @ParameterizedTest
    @EnumSource
    void loss_inEveryAggregation_hasTheGradientOfFiniteDifferences(Aggregation form) {
        PolicyObjective objective =
                PolicyObjective.clipped(0.2, 0.28).aggregatedBy(form).withKl(KlEstimator.K3, 0.3);
        double[] gradient = at(objective, logProb(), REFERENCE).gradient();

        // Float32 losses of order 1: a step of 0.01 leaves 1e-7 / 0.01 of rounding and about
        // 1e-4 of curvature.
        for (int i = 0; i < 6; i++) {
            double slope = (lossAt(objective, i, 0.01) - lossAt(objective, i, -0.01)) / 0.02;
            assertThat(gradient[i]).as("entry %d", i).isCloseTo(slope, within(5e-4));
        }
    }

    @ParameterizedTest
    @EnumSource
    void loss_withNanAtMaskedPlaces_isTheSameInValueAndGradient(Aggregation form) {
        PolicyObjective objective =
                PolicyObjective.clipped(0.2, 0.28).aggregatedBy(form).withKl(KlEstimator.K3, 0.3);
        GradientOf clean = at(objective, logProb(), REFERENCE);
        double[][] dirty = logProb();
        dirty[0][2] = NAN;
        double[][] old = {{-1, -2, NAN}, OLD[1]};
        double[][] advantage = {{2, 2, NAN}, ADVANTAGE[1]};
        double[][] reference = {{-1.2, -1.1, NAN}, REFERENCE[1]};

        GradientOf result =
                GradientOf.at(
                        engine.matrix(dirty),
                        input ->
                                objective.loss(
                                        new PolicyBatch(
                                                input,
                                                engine.matrix(old),
                                                engine.matrix(reference),
                                                engine.matrix(advantage),
                                                engine.mask(MASK))));

        assertThat(result.value()).isEqualTo(clean.value());
        assertClose(result.gradient(), clean.gradient(), 0);
    }

    @Test
    void loss_withAFullyMaskedRow_isThatOfTheOtherRow() {
        int[][] second = {{0, 0, 0}, {1, 1, 1}};
        PolicyObjective objective =
                PolicyObjective.clipped(0.2, 0.2)
                        .aggregatedBy(Aggregation.SEQUENCE_MEAN_TOKEN_MEAN);

        GradientOf result = at(objective, OLD, ADVANTAGE, second, null);

        assertThat(result.value()).isCloseTo(1, within(1e-6));
        assertClose(result.gradient(), new double[] {0, 0, 0, 1 / 3., 1 / 3., 1 / 3.}, 1e-6);
    }

    @Test
    void loss_withNanAtACountedPlace_isNan() {
        double[][] advantage = {{2, NAN, 2}, {-1, -1, -1}};

        assertThat(at(PolicyObjective.clipped(0.2, 0.2), OLD, advantage, MASK, null).value())
                .isNaN();
    }

    @Test
    void loss_withoutATokenOrAReference_isRefused() {
        PolicyObjective plain = PolicyObjective.clipped(0.2, 0.2);
        assertThatThrownBy(() -> at(plain, OLD, ADVANTAGE, new int[2][3], null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least one response token");
        assertThatThrownBy(() -> at(plain.withKl(KlEstimator.K3, 0.1), OLD, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("referenceLogProb: must be given");
    }

    @Test
    void withKl_k1_isRefusedWithTheReason() {
        assertThatThrownBy(() -> PolicyObjective.clipped(0.2, 0.2).withKl(KlEstimator.K1, 0.1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected on-policy gradient is 0");
    }

    @Test
    void factories_withNumbersOutOfRange_areRefused() {
        PolicyObjective plain = PolicyObjective.clipped(0.2, 0.2);
        for (double[] bad :
                new double[][] {{-0.1, 0.2}, {1.1, 0.2}, {0.2, -1}, {NAN, 0.2}, {0, NAN}}) {
            assertThatThrownBy(() -> PolicyObjective.clipped(bad[0], bad[1]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("were " + bad[0] + ", " + bad[1]);
        }
        for (double bad : new double[] {-1, NAN, 1.0 / 0}) {
            assertThatThrownBy(() -> plain.withKl(KlEstimator.K2, bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("must be >= 0 and finite, was " + bad);
        }
        assertThatThrownBy(() -> plain.withKlCoefficient(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has no KL term");
    }

    @Test
    void presets_withNumbersOutOfRange_areRefused() {
        assertThatThrownBy(() -> PolicyObjectives.dualClip(0.2, 0.2, 1))
                .hasMessage("dual clip: must be > 1, was 1.0");
        assertThatThrownBy(() -> PolicyObjectives.twoSided(0.2, 0.5, 1.25))
                .hasMessage("two-sided clip: must be >= 1 + high = 1.5, was 1.25");
        assertThatThrownBy(() -> PolicyObjectives.drGrpo(0)).hasMessageContaining("length");
        assertThatThrownBy(() -> PolicyObjectives.gmpo(0, 0.4)).hasMessageContaining("low");
        assertThatThrownBy(() -> PolicyObjectives.sapo(1, NAN)).hasMessageContaining("tauNegative");
        assertThatThrownBy(() -> PolicyObjectives.dro(0)).hasMessageContaining("beta");
        assertThatThrownBy(() -> PolicyObjectives.qrpo(-1)).hasMessageContaining("beta");
        assertThatThrownBy(() -> PolicyObjectives.vapo(-1)).hasMessageContaining("imitation");
        assertThatThrownBy(() -> PolicyObjectives.dapo().withEntropyBonus(NAN))
                .hasMessage("entropy coefficient: must be >= 0 and finite, was NaN");
    }

    @Test
    void loss_withoutWhatATermNeeds_isRefused() {
        assertThatThrownBy(() -> at(PolicyObjectives.qrpo(1), OLD, null))
                .hasMessageContaining("referenceLogProb: must be given");
        assertThatThrownBy(() -> at(PolicyObjectives.dapo().withEntropyBonus(1), OLD, null))
                .hasMessage("entropy: must be given for an entropy bonus, was missing");
        assertThatThrownBy(() -> at(PolicyObjectives.vapo(0.1), OLD, null))
                .hasMessage("correct: must be given for imitation, was missing");
    }

    @Test
    void needs_ofEachPart_areTold() {
        PolicyObjective plain = PolicyObjectives.dapo();
        assertThat(plain.needsEntropy() || plain.needsCorrect() || plain.hasKl()).isFalse();
        assertThat(plain.withEntropyBonus(0.1).needsEntropy()).isTrue();
        assertThat(plain.withEntropyBonus(0.1).entropyCoefficient()).isEqualTo(0.1);
        assertThat(plain.withImitation(0.1).needsCorrect()).isTrue();
        assertThat(PolicyObjectives.qrpo(1).needsReference()).isTrue();
        assertThat(PolicyObjectives.qrpo(1).hasKl()).isFalse();
        assertThat(PolicyObjectives.reinforce().clipHigh()).isInfinite();
        assertThat(PolicyObjectives.grpo(0).needsReference()).isFalse();
    }

    @Test
    void loss_ofTheTwoSidedClip_isThatOfTheDualClipWithTheSameBound() {
        double[][] far = {{OLD[0][0] + 3, OLD[0][1] - 3, 0}, {-0.5, OLD[1][1] + 3, -4}};

        GradientOf two = at(PolicyObjectives.twoSided(0.2, 0.28, 4), far, null);
        GradientOf dual = at(PolicyObjectives.dualClip(0.2, 0.28, 4), far, null);

        assertThat(two.value()).isCloseTo(dual.value(), within(1e-6));
        assertClose(two.gradient(), dual.gradient(), 1e-7);
    }

    @Test
    void loss_ofQrpoWithATinyBeta_isFinite() {
        // e^{1 / beta} is beyond double precision below beta = 1/709.
        GradientOf result = at(PolicyObjectives.qrpo(1e-3), OLD, REFERENCE);

        assertThat(result.value()).isFinite();
        assertThat(result.gradient()).doesNotContain(NAN);
    }

    @Test
    void withMethods_leaveTheOriginalAsItWas() {
        PolicyObjective plain = PolicyObjective.clipped(0.1, 0.3);
        PolicyObjective pulled = plain.withKl(KlEstimator.K3, 0.5);

        assertThat(plain.needsReference()).isFalse();
        assertThat(plain.klCoefficient()).isZero();
        assertThat(pulled.needsReference()).isTrue();
        assertThat(pulled.withKlCoefficient(0.25).klCoefficient()).isEqualTo(0.25);
        assertThat(pulled.klCoefficient()).isEqualTo(0.5);
        assertThat(pulled.clipLow()).isEqualTo(0.1);
        assertThat(pulled.clipHigh()).isEqualTo(0.3);
    }

    @Test
    void batch_withShapesThatDiffer_namesTheArray() {
        NDArray good = engine.matrix(OLD);
        NDArray bad = engine.matrix(new double[] {1, 2});
        NDArray mask = engine.mask(MASK);
        assertThatThrownBy(() -> new PolicyBatch(bad, good, good, good, mask))
                .hasMessageContaining("logProb: must have the mask's shape (2, 3), had (1, 2)");
        assertThatThrownBy(() -> new PolicyBatch(good, bad, good, good, mask))
                .hasMessageContaining("oldLogProb");
        assertThatThrownBy(() -> new PolicyBatch(good, good, bad, good, mask))
                .hasMessageContaining("referenceLogProb");
        assertThatThrownBy(() -> new PolicyBatch(good, good, good, bad, mask))
                .hasMessageContaining("advantage");
        assertThatThrownBy(() -> new PolicyBatch(good, good, good, good, good))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mask: must be boolean");
    }

    private double lossAt(PolicyObjective objective, int entry, double step) {
        double[][] moved = logProb();
        moved[entry / 3][entry % 3] += step;
        return at(objective, moved, REFERENCE).value();
    }

    private GradientOf at(PolicyObjective objective, double[][] logProb, double[][] reference) {
        return at(objective, logProb, ADVANTAGE, MASK, reference);
    }

    private GradientOf at(
            PolicyObjective objective,
            double[][] logProb,
            double[][] advantage,
            int[][] mask,
            double[][] reference) {
        return GradientOf.at(
                engine.matrix(logProb),
                input ->
                        objective.loss(
                                new PolicyBatch(
                                        input,
                                        engine.matrix(OLD),
                                        reference == null ? null : engine.matrix(reference),
                                        engine.matrix(advantage),
                                        engine.mask(mask))));
    }

    private static double[][] logProb() {
        double[][] logProb = new double[2][3];
        for (int row = 0; row < 2; row++) {
            for (int column = 0; column < 3; column++) {
                logProb[row][column] = OLD[row][column] + LOG_RATIO[row][column];
            }
        }
        return logProb;
    }
}
