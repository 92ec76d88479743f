package dev.rft.core.policy;

import static dev.rft.core.testing.Numbers.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import dev.rft.core.testing.EngineExtension;
import dev.rft.core.testing.GradientOf;
import dev.rft.core.testing.Numbers;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every objective against its formula in double precision, with gradients by finite differences,
 * and the invariances that all of them have.
 */
class NamedObjectiveTest {

    private static final int ROWS = 6;
    private static final int COLUMNS = 5;

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    @ParameterizedTest
    @EnumSource
    void loss_ofRandomBatches_hasTheValueAndTheFiniteDifferences(NamedObjective named) {
        for (int seed = 0; seed < 10; seed++) {
            ObjectiveCase drawn = draw(seed);
            double[][] l = drawn.logProb();

            GradientOf result = at(named, drawn);

            double value = named.reference(drawn, l, l);
            double[] slopes = slopes(named, drawn);
            double scale = Numbers.largest(slopes);
            assertThat(scale).isPositive();
            assertThat(result.value())
                    .isCloseTo(value, within(1e-5 * Math.max(1, Math.abs(value))));
            assertClose(result.gradient(), slopes, 1e-5 * scale);
        }
    }

    @ParameterizedTest
    @EnumSource
    void loss_ofPermutedSequences_isTheSameWithThePermutedGradient(NamedObjective named) {
        ObjectiveCase drawn = draw(1);
        int[] order = {3, 0, 5, 1, 4, 2};

        GradientOf plain = at(named, drawn);
        GradientOf moved = at(named, drawn.rows(order));

        assertThat(moved.value()).isCloseTo(plain.value(), within(1e-6));
        double[] expected = new double[ROWS * COLUMNS];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = plain.gradient()[order[i / COLUMNS] * COLUMNS + i % COLUMNS];
        }
        assertClose(moved.gradient(), expected, 1e-6);
    }

    @ParameterizedTest
    @EnumSource
    void loss_withPaddingColumns_isTheSameWithGradientZeroThere(NamedObjective named) {
        ObjectiveCase drawn = draw(2);

        GradientOf plain = at(named, drawn);
        GradientOf padded = at(named, drawn.padded());

        assertThat(padded.value()).isCloseTo(plain.value(), within(1e-6));
        double[] expected = new double[ROWS * (COLUMNS + 2)];
        for (int i = 0; i < plain.gradient().length; i++) {
            expected[i / COLUMNS * (COLUMNS + 2) + 1 + i % COLUMNS] = plain.gradient()[i];
        }
        assertClose(padded.gradient(), expected, 1e-6);
    }

    @ParameterizedTest
    @EnumSource
    void loss_withGarbageAtMaskedPlaces_isBitForBitTheSame(NamedObjective named) {
        ObjectiveCase drawn = draw(3);
        GradientOf clean = at(named, drawn.withGarbage(0));

        for (double garbage :
                new double[] {Double.NaN, 1e30, -1e30, 1.0 / 0, -1.0 / 0, 700, -700}) {
            GradientOf spoilt = at(named, drawn.withGarbage(garbage));

            assertThat(spoilt.value()).isEqualTo(clean.value());
            assertThat(spoilt.gradient()).containsExactly(clean.gradient());
        }
    }

    @ParameterizedTest
    @EnumSource
    void loss_withAFullyMaskedRow_isThatOfTheOthers(NamedObjective named) {
        ObjectiveCase drawn = draw(4);
        ObjectiveCase hidden = drawn.rows(0, 1, 2, 3, 4, 5);
        hidden.mask()[5] = new boolean[COLUMNS];

        GradientOf without = at(named, drawn.rows(0, 1, 2, 3, 4));
        GradientOf with = at(named, hidden.withGarbage(Double.NaN));

        assertThat(with.value()).isCloseTo(without.value(), within(1e-6));
        double[] expected = new double[ROWS * COLUMNS];
        System.arraycopy(without.gradient(), 0, expected, 0, without.gradient().length);
        assertClose(with.gradient(), expected, 1e-6);
    }

    @ParameterizedTest
    @EnumSource
    void loss_ofPartsWithTheTotalsOfTheWhole_sumsUpToTheWhole(NamedObjective named) {
        ObjectiveCase drawn = draw(5);
        GradientOf whole = at(named, drawn);
        for (int size = 1; size < ROWS; size++) {
            double value = 0;
            double[] gradient = new double[ROWS * COLUMNS];
            for (int from = 0; from < ROWS; from += size) {
                int to = Math.min(from + size, ROWS);
                ObjectiveCase part = drawn.rows(IntStream.range(from, to).toArray());
                GradientOf one = at(named, part, drawn.totals());
                value += one.value();
                System.arraycopy(
                        one.gradient(), 0, gradient, from * COLUMNS, one.gradient().length);
            }

            assertThat(value).isCloseTo(whole.value(), within(1e-5));
            assertClose(gradient, whole.gradient(), 1e-6);
        }
    }

    @Test
    void loss_withAnEntropyBonus_hasItsSlopeOnEachCountedEntropy() {
        ObjectiveCase drawn = draw(6);
        PolicyObjective objective = PolicyObjectives.reinforce().withEntropyBonus(0.3);
        NDArray logProb = engine.matrix(drawn.logProb());

        GradientOf result =
                GradientOf.at(
                        engine.matrix(drawn.withGarbage(Double.NaN).entropy()),
                        entropy -> {
                            PolicyBatch batch = drawn.batch(engine, logProb, null);
                            return objective.loss(
                                    new PolicyBatch(
                                            logProb,
                                            batch.oldLogProb(),
                                            null,
                                            batch.advantage(),
                                            batch.mask(),
                                            null,
                                            entropy,
                                            null,
                                            null));
                        });

        double slope = -0.3 / drawn.totals().tokens();
        double[] expected = new double[ROWS * COLUMNS];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = drawn.mask()[i / COLUMNS][i % COLUMNS] ? slope : 0;
        }
        assertClose(result.gradient(), expected, 1e-7);
    }

    private static ObjectiveCase draw(int seed) {
        return ObjectiveCase.draw(new SplittableRandom(seed), ROWS, COLUMNS);
    }

    private GradientOf at(NamedObjective named, ObjectiveCase given) {
        return at(named, given, null);
    }

    private GradientOf at(NamedObjective named, ObjectiveCase given, BatchTotals totals) {
        return GradientOf.at(
                engine.matrix(given.logProb()),
                input -> named.objective.loss(given.batch(engine, input, totals)));
    }

    /** Central differences in double precision, what is under the stop-gradient left in place. */
    private static double[] slopes(NamedObjective named, ObjectiveCase given) {
        double step = 1e-6;
        double[] slopes = new double[ROWS * COLUMNS];
        for (int i = 0; i < slopes.length; i++) {
            double[][] moved = given.withGarbage(0).logProb();
            moved[i / COLUMNS][i % COLUMNS] += step;
            double above = named.reference(given, moved, given.logProb());
            moved[i / COLUMNS][i % COLUMNS] -= 2 * step;
            double below = named.reference(given, moved, given.logProb());
            slopes[i] = (above - below) / (2 * step);
        }
        return slopes;
    }
}
