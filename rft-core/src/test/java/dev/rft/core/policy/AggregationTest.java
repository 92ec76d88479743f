package dev.rft.core.policy;

import static dev.rft.core.testing.Numbers.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import dev.rft.core.testing.EngineExtension;
import dev.rft.core.testing.GradientOf;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AggregationTest {

    private static final double NAN = Double.NaN;

    /** A gap in the first row, one token in the second, none in the third. */
    private static final int[][] MASK = {{1, 0, 1, 1}, {0, 1, 0, 0}, {0, 0, 0, 0}};

    private static final double[][] CLEAN = {{2, 0, 4, 9}, {0, 7, 0, 0}, {0, 0, 0, 0}};
    private static final double[][] DIRTY = {
        {2, NAN, 4, 9}, {NAN, 7, 1.0 / 0, 5}, {NAN, NAN, -1.0 / 0, 3}
    };

    private static final Map<Aggregation, Double> VALUES =
            Map.of(
                    Aggregation.TOKEN_MEAN, 22.0 / 4,
                    Aggregation.SEQUENCE_MEAN_TOKEN_MEAN, (15.0 / 3 + 7) / 2,
                    Aggregation.SEQUENCE_MEAN_TOKEN_SUM, (15.0 + 7) / 2,
                    Aggregation.SEQUENCE_MEAN_TOKEN_SUM_NORMALIZED, (15.0 + 7) / 2 / 4);

    /** Slope of each counted token of the first row, and of the second row. */
    private static final Map<Aggregation, double[]> SLOPES =
            Map.of(
                    Aggregation.TOKEN_MEAN, new double[] {0.25, 0.25},
                    Aggregation.SEQUENCE_MEAN_TOKEN_MEAN, new double[] {1.0 / 6, 0.5},
                    Aggregation.SEQUENCE_MEAN_TOKEN_SUM, new double[] {0.5, 0.5},
                    Aggregation.SEQUENCE_MEAN_TOKEN_SUM_NORMALIZED, new double[] {0.125, 0.125});

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    @ParameterizedTest
    @EnumSource
    void aggregate_withGapsAndAnEmptyRow_isTheValueByHand(Aggregation form) {
        assertValueAndSlopes(form, CLEAN);
    }

    @ParameterizedTest
    @EnumSource
    void aggregate_withNanAtMaskedPlaces_isTheSameInValueAndGradient(Aggregation form) {
        assertValueAndSlopes(form, DIRTY);
    }

    @ParameterizedTest
    @EnumSource
    void aggregate_withNanAtACountedPlace_isNan(Aggregation form) {
        NDArray values = engine.matrix(new double[] {1, NAN});

        assertThat(form.aggregate(values, engine.mask(new int[] {1, 1})).getFloat()).isNaN();
    }

    @ParameterizedTest
    @EnumSource
    void aggregate_withoutAnyToken_isAnError(Aggregation form) {
        NDArray values = engine.matrix(new double[] {1, 2});

        assertThatThrownBy(() -> form.aggregate(values, engine.mask(new int[] {0, 0})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least one response token, had none in (1, 2)");
    }

    @Test
    void aggregate_ofOneToken_isThatTokenInEveryFormButTheNormalized() {
        NDArray values = engine.matrix(new double[] {3, 8});
        NDArray mask = engine.mask(new int[] {0, 1});
        for (Aggregation form : Aggregation.values()) {
            boolean normalized = form == Aggregation.SEQUENCE_MEAN_TOKEN_SUM_NORMALIZED;
            assertThat(form.aggregate(values, mask).getFloat()).isEqualTo(normalized ? 4 : 8);
        }
    }

    @Test
    void totals_thatCannotBe_areRefused() {
        assertThatThrownBy(() -> new BatchTotals(0, 0, 0))
                .hasMessage("mask: must have at least one response token, had 0");
        assertThatThrownBy(() -> new BatchTotals(3, 4, 0)).hasMessageContaining("were 4, 0 of 3");
        assertThatThrownBy(() -> new BatchTotals(3, 1, 4)).hasMessageContaining("were 1, 4 of 3");
    }

    private void assertValueAndSlopes(Aggregation form, double[][] values) {
        NDArray mask = engine.mask(MASK);

        GradientOf result =
                GradientOf.at(engine.matrix(values), input -> form.aggregate(input, mask));

        assertThat(result.value()).isCloseTo(VALUES.get(form), within(1e-6));
        double a = SLOPES.get(form)[0];
        double b = SLOPES.get(form)[1];
        assertClose(result.gradient(), new double[] {a, 0, a, a, 0, b, 0, 0, 0, 0, 0, 0}, 1e-7);
    }
}
