package dev.rft.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.benchmarks.FalseAlarms.Count;
import dev.rft.benchmarks.FalseAlarms.Kind;
import org.assertj.core.api.SoftAssertions;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/**
 * The budget of false alarms at a small scale, at which gross excesses show and others do not.
 * {@code bench false-alarms} is the whole simulation.
 */
class FalseAlarmsTest {

    private static final long SEED = 20;
    private static final double BUDGET = 1e-4;

    /** Twice the budget are 2 alarms in a family; of a mean of 2 the 99.9 % quantile is 8. */
    @Test
    void standard_healthyRuns_doNotGrosslyExceedTheBudget() {
        SoftAssertions softly = new SoftAssertions();
        Count all = new Count(0, 0);
        for (StreamFamily family : StreamFamily.values()) {
            Count brief = FalseAlarms.standard(family, FalseAlarms.runs(5_000, 300), SEED);
            Count lasting = FalseAlarms.standard(family, FalseAlarms.runs(5_000, 5_000), SEED);
            Count count = brief.plus(lasting);
            softly.assertThat(count.alarms()).as(family.title()).isLessThanOrEqualTo(8);
            all = all.plus(count);
        }
        softly.assertThat(all.times(BUDGET)).isLessThanOrEqualTo(2);
        softly.assertAll();
    }

    /** Twice the budget are 20 alarms in a cell; of a mean of 20 the 99.9 % quantile is 35. */
    @Test
    void single_healthyStreams_doNotGrosslyExceedTheBudget() {
        SoftAssertions softly = new SoftAssertions();
        for (Kind kind : Kind.values()) {
            for (StreamFamily family : StreamFamily.values()) {
                Count brief =
                        FalseAlarms.single(
                                kind, family, FalseAlarms.runs(50_000, 300), BUDGET, SEED);
                Count lasting =
                        FalseAlarms.single(
                                kind, family, FalseAlarms.runs(50_000, 50_000), BUDGET, SEED);
                softly.assertThat(brief.plus(lasting).alarms())
                        .as(kind + ", " + family.title())
                        .isLessThanOrEqualTo(35);
            }
        }
        softly.assertAll();
    }

    @Test
    void count_interval_agreesWithTables() {
        // Exact limits of a Poisson mean: 0 to 3.69 for none, 4.80 to 18.39 for ten.
        assertThat(new Count(0, 1).low(1)).isZero();
        assertThat(new Count(0, 1).high(1)).isCloseTo(3.69, Offset.offset(0.06));
        assertThat(new Count(10, 1).low(1)).isCloseTo(4.80, Offset.offset(0.05));
        assertThat(new Count(10, 1).high(1)).isCloseTo(18.39, Offset.offset(0.05));
    }
}
