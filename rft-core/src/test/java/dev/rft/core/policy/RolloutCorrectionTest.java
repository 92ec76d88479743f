package dev.rft.core.policy;

import static dev.rft.core.testing.Numbers.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rft.core.policy.RolloutCorrection.Outside;
import dev.rft.core.testing.EngineExtension;
import dev.rft.core.testing.GradientOf;
import dev.rft.core.testing.Numbers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RolloutCorrectionTest {

    private static final double NAN = Double.NaN;
    private static final double[][] OLD = {{-1, NAN, -2}, {-1, -1, NAN}};

    /** Differences 1 and -1.5 in the first row, -0.25 and 0.5 in the second. */
    private static final double[][] ROLLOUT = {{-2, -1, -0.5}, {-0.75, -1.5, NAN}};

    private static final int[][] MASK = {{1, 0, 1}, {1, 1, 0}};

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    @Test
    void weights_ofTheMitigationsPerToken_areThoseByHand() {
        double up = Math.E;
        double down = Math.exp(-1.5);
        double a = Math.exp(-0.25);
        double b = Math.exp(0.5);
        assertWeights(RolloutCorrection.plain(), up, 0, down, a, b, 0);
        assertWeights(RolloutCorrection.retrace(), 1, 0, down, a, 1, 0);
        assertWeights(RolloutCorrection.tis(RatioLevel.TOKEN, 2), 2, 0, down, a, b, 0);
        assertWeights(RolloutCorrection.icePop(RatioLevel.TOKEN, 0.5, 2), 0, 0, 0, a, b, 0);
    }

    @Test
    void weights_ofSequences_areThoseOfTheSums() {
        double first = Math.exp(-0.5);
        double second = Math.exp(0.25);
        RatioLevel sequence = RatioLevel.SEQUENCE;
        assertWeights(RolloutCorrection.tis(sequence, 2), first, 0, first, second, second, 0);
        assertWeights(RolloutCorrection.tis(sequence, 1.1), first, 0, first, 1.1, 1.1, 0);
        assertWeights(RolloutCorrection.icePop(sequence, 0.7, 2), 0, 0, 0, second, second, 0);
    }

    @Test
    void weights_ofExtremeDifferences_areFinite() {
        double[] weights =
                weights(
                        RolloutCorrection.plain(),
                        new double[][] {{-1, -500}},
                        new double[][] {{-500, -1}},
                        new int[][] {{1, 1}});

        assertThat(weights[0]).isCloseTo(Math.exp(20), within(1e3));
        assertThat(weights[1]).isCloseTo(Math.exp(-20), within(1e-12));
    }

    @Test
    void loss_withACorrection_weighsTheSurrogateAndNotTheKlTerm() {
        PolicyObjective plain = PolicyObjectives.reinforce();
        PolicyObjective pulled = plain.withKl(KlEstimator.K2, 0.5);
        RolloutCorrection halved =
                new RolloutCorrection(RatioLevel.TOKEN, 0.5, 0.5, Outside.TRUNCATED);

        double surrogate = at(plain).value();
        double pull = at(pulled).value() - surrogate;

        assertThat(pull).isPositive();
        GradientOf corrected = at(pulled.correctedBy(halved));
        assertThat(corrected.value()).isCloseTo(surrogate / 2 + pull, within(1e-6));
        assertThat(corrected.gradient()[1]).isZero();
        assertThat(pulled.needsRollout()).isFalse();
        assertThat(pulled.correctedBy(halved).needsRollout()).isTrue();
    }

    @Test
    void loss_withACorrectionAndNoRollout_isRefused() {
        PolicyObjective corrected =
                PolicyObjectives.reinforce().correctedBy(RolloutCorrection.plain());
        assertThatThrownBy(
                        () ->
                                corrected.loss(
                                        new PolicyBatch(
                                                engine.matrix(OLD),
                                                engine.matrix(OLD),
                                                null,
                                                engine.matrix(OLD),
                                                engine.mask(MASK))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rolloutLogProb: must be given for a correction, was missing");
    }

    @Test
    void constructor_withARangeThatIsNone_isRefused() {
        for (double[] bad : new double[][] {{-1, 2}, {2, 1}, {0, 0}, {NAN, 1}, {0, NAN}}) {
            assertThatThrownBy(() -> RolloutCorrection.icePop(RatioLevel.TOKEN, bad[0], bad[1]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("were " + bad[0] + ", " + bad[1]);
        }
    }

    private GradientOf at(PolicyObjective objective) {
        double[][] ones = {{1, 1, 1}, {1, 1, 1}};
        return GradientOf.at(
                engine.matrix(OLD),
                input ->
                        objective.loss(
                                new PolicyBatch(
                                        input,
                                        engine.matrix(OLD),
                                        engine.matrix(ROLLOUT),
                                        engine.matrix(ones),
                                        engine.mask(MASK),
                                        engine.matrix(ROLLOUT),
                                        null,
                                        null,
                                        null)));
    }

    private void assertWeights(RolloutCorrection correction, double... expected) {
        assertClose(weights(correction, OLD, ROLLOUT, MASK), expected, 1e-6);
    }

    private double[] weights(
            RolloutCorrection correction, double[][] old, double[][] rollout, int[][] mask) {
        return Numbers.doubles(
                correction.weights(engine.matrix(old), engine.matrix(rollout), engine.mask(mask)));
    }
}
