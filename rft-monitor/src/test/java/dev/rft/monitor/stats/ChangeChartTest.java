package dev.rft.monitor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rft.monitor.stats.ChangeChart.Path;
import dev.rft.monitor.stats.Reading.State;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChangeChartTest {

    private static final double RATE = 2e-5;

    @Test
    void read_beforeWarmUp_isLearning() {
        ChangeChart chart = new ChangeChart(1, Path.LEVEL, 0, RATE);
        for (int i = 1; i <= ChangeChart.WARM_UP; i++) {
            assertThat(chart.read(i == 5 ? 1e9 : i % 3, 0, i).state()).isEqualTo(State.LEARNING);
        }
        assertThat(chart.read(1, 0, ChangeChart.WARM_UP + 1).state()).isEqualTo(State.QUIET);
    }

    @Test
    void read_enormousJump_alarmsAtOnceAndNamesItsFirstStep() {
        ChangeChart chart = trained(new Random(1), 100);
        assertThat(chart.read(1000, 0, 101).onset()).hasValue(101);
        Reading second = chart.read(1000, 0, 102);
        assertThat(second.state()).isEqualTo(State.ALARM);
        assertThat(second.onset()).hasValue(101);
    }

    @Test
    void read_clearStep_alarmsAtItsSecondValueAndNamesTheFirst() {
        ChangeChart chart = trained(new Random(1), 100);
        assertThat(chart.read(14, 0, 101).state()).isNotEqualTo(State.ALARM);
        Reading second = chart.read(14, 0, 102);
        assertThat(second.state()).isEqualTo(State.ALARM);
        assertThat(second.onset()).hasValue(101);
    }

    @Test
    void read_moveWithinTheTolerance_staysQuiet() {
        Random random = new Random(9);
        ChangeChart chart = new ChangeChart(1, Path.LEVEL, 5, RATE);
        for (int step = 1; step <= 200; step++) {
            double shift = step > 100 ? 4 : 0;
            assertThat(chart.read(random.nextGaussian() + shift, 0, step).state())
                    .isNotEqualTo(State.ALARM);
        }
    }

    @Test
    void read_slowDrift_alarmsAndNamesAStepNearItsBeginning() {
        Random random = new Random(2);
        ChangeChart chart = trained(random, 100);
        for (int step = 101; step <= 130; step++) {
            Reading reading = chart.read(random.nextGaussian() + 0.3 * (step - 100), 0, step);
            if (reading.state() == State.ALARM) {
                assertThat(reading.onset().orElseThrow()).isBetween(97L, (long) step);
                return;
            }
        }
        throw new AssertionError("no alarm in 30 steps of a drift of 0.3 deviations per step");
    }

    @Test
    void read_changeInTheOtherDirection_staysQuiet() {
        ChangeChart chart = trained(new Random(3), 100);
        for (int step = 101; step < 160; step++) {
            assertThat(chart.read(-20, 0, step).state()).isEqualTo(State.QUIET);
        }
    }

    @Test
    void read_backToNormal_endsTheAlarmAtOnce() {
        Random random = new Random(4);
        ChangeChart chart = trained(random, 100);
        for (int step = 101; step <= 106; step++) {
            chart.read(15, 0, step);
        }
        assertThat(chart.read(0, 0, 107).state()).isNotEqualTo(State.ALARM);
    }

    @Test
    void read_lastingShift_isLearnedInBoundedTime() {
        Random random = new Random(5);
        ChangeChart chart = trained(random, 100);
        int alarms = 0;
        for (int step = 101; step <= 300; step++) {
            if (chart.read(50 + random.nextGaussian(), 0, step).state() == State.ALARM) {
                alarms++;
                assertThat(step).isLessThan(101 + 2 * ChangeChart.PATIENCE);
            }
        }
        assertThat(alarms).isLessThanOrEqualTo(ChangeChart.PATIENCE);
    }

    @Test
    void read_constantThenTinyChangeWithinNoise_staysQuiet() {
        ChangeChart chart = new ChangeChart(-1, Path.LEVEL, 0, RATE);
        for (int step = 1; step <= 60; step++) {
            chart.read(1, 0.01, step);
        }
        assertThat(chart.read(0.98, 0.0156, 61).state()).isEqualTo(State.QUIET);
        chart.read(0.5, 0.0156, 62);
        assertThat(chart.read(0.5, 0.0156, 63).state()).isEqualTo(State.ALARM);
    }

    @Test
    void read_fastLearningOnADriftingPath_staysQuiet() {
        Random random = new Random(6);
        ChangeChart chart = new ChangeChart(1, Path.DRIFTING, 0, RATE);
        for (int step = 1; step <= 200; step++) {
            double p = 0.05 + 0.85 / (1 + Math.exp(-(step - 100) / 6.0));
            double noise = Math.sqrt(p * (1 - p) / 64);
            Reading reading = chart.read(p + noise * random.nextGaussian(), noise, step);
            assertThat(reading.state()).as("step %s", step).isNotEqualTo(State.ALARM);
        }
    }

    @Test
    void read_stepsGoBack_onsetNeverLiesAhead() {
        ChangeChart chart = trained(new Random(7), 100);
        chart.read(20, 0, 101);
        assertThat(chart.read(20, 0, 60).onset().orElseThrow()).isLessThanOrEqualTo(60);
    }

    /**
     * A rise that goes on from the warm-up is the trend of this path; a step on top of it is not.
     */
    @Test
    void read_trendInTheWarmUp_isNotLearnedAsNoise() {
        int found = 0;
        for (int seed = 1; seed <= 50; seed++) {
            Random random = new Random(seed);
            ChangeChart chart = new ChangeChart(-1, Path.STEADY, 0, RATE);
            int alarm = 0;
            for (int step = 1; step <= 45 && alarm == 0; step++) {
                double trend = Math.min(step, ChangeChart.WARM_UP);
                double value = trend + random.nextGaussian() - (step > 30 ? 15 : 0);
                alarm = chart.read(value, 0, step).state() == State.ALARM ? step : 0;
            }
            assertThat(alarm).as("seed %s", seed).isGreaterThan(30);
            found += alarm <= 40 ? 1 : 0;
        }
        assertThat(found).isEqualTo(50);
    }

    /** The value before is held against the line where it was then, however steep the line is. */
    @Test
    void read_steepTrendThatGoesOn_staysQuiet() {
        for (int seed = 1; seed <= 100; seed++) {
            Random random = new Random(seed);
            ChangeChart chart = new ChangeChart(1, Path.TREND, 0, RATE);
            double noise = 0;
            for (int step = 1; step <= 100; step++) {
                noise = 0.5 * noise + random.nextGaussian();
                assertThat(chart.read(2 * step + noise, 0, step).state())
                        .as("seed %s, step %s", seed, step)
                        .isNotEqualTo(State.ALARM);
            }
        }
    }

    /** Just after the warm-up the last values are in the baseline and not in wait. */
    @Test
    void read_learningFromTheFirstStepOn_isNoJumpOnADriftingPath() {
        for (int seed = 1; seed <= 200; seed++) {
            Random random = new Random(seed);
            ChangeChart chart = new ChangeChart(1, Path.DRIFTING, 0, 5e-6);
            for (int step = 1; step <= 30; step++) {
                assertThat(chart.read(0.5 * step + random.nextGaussian(), 0, step).state())
                        .as("seed %s, step %s", seed, step)
                        .isNotEqualTo(State.ALARM);
            }
        }
    }

    /** What noise with a memory makes of one wild value is no second one; a step is. */
    @Test
    void read_echoOfAWildValue_isNoPairOfJumpsAndAStepIs() {
        for (int seed = 1; seed <= 20; seed++) {
            int[] first = {0, 0};
            for (boolean step : new boolean[] {false, true}) {
                Random random = new Random(seed);
                ChangeChart chart = new ChangeChart(1, Path.LEVEL, 0, RATE);
                double x = 0;
                for (int i = 1; i <= 204; i++) {
                    x = 0.5 * x + random.nextGaussian() + (i == 201 && !step ? 25 : 0);
                    double value = x + (i >= 201 && step ? 25 : 0);
                    boolean alarm = chart.read(value, 0, i).state() == State.ALARM;
                    int which = step ? 1 : 0;
                    first[which] = alarm && first[which] == 0 ? i : first[which];
                }
            }
            assertThat(first[0]).as("echo, seed %s", seed).isZero();
            assertThat(first[1]).as("step, seed %s", seed).isBetween(201, 203);
        }
    }

    @Test
    void restore_inTheMiddleOfAnAlarm_goesOnAsBefore() {
        Random random = new Random(11);
        ChangeChart chart = trained(random, 100);
        for (int step = 101; step <= 104; step++) {
            chart.read(6 + random.nextGaussian(), 0, step);
        }
        ChangeChart restored = new ChangeChart(1, Path.LEVEL, 0, RATE);
        restored.restore(chart.save());
        for (int step = 105; step <= 160; step++) {
            double value = 6 + random.nextGaussian();
            assertThat(restored.read(value, 0, step)).isEqualTo(chart.read(value, 0, step));
        }
    }

    @Test
    void restore_otherState_isRejected() {
        ChangeChart chart = new ChangeChart(1, Path.LEVEL, 0, RATE);
        assertThatThrownBy(() -> chart.restore(Map.of("state", new double[2])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("4 numbers");
    }

    @Test
    void read_notFinite_isRejected() {
        ChangeChart chart = new ChangeChart(1, Path.LEVEL, 0, RATE);
        assertThatThrownBy(() -> chart.read(Double.NaN, 0, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /**
     * Twice the budget would be 1 alarm in the 50,000 values of a stream family; its 99.9 %
     * quantile is 5.
     */
    @ParameterizedTest
    @CsvSource({
        "0, 0", "0.5, 0", "0.8, 0", "0.95, 0", "0, 3", "0, 5", "0.8, 5",
    })
    void read_healthyStreams_keepTheBudget(double rho, int freedom) {
        for (Path path : Path.values()) {
            if (path == Path.STEADY && rho > 0) {
                continue; // It is told that there is none.
            }
            Random random = new Random(8);
            int alarms = 0;
            for (int stream = 0; stream < 50; stream++) {
                alarms += falseAlarms(path, random, rho, freedom);
            }
            assertThat(alarms).as(path.toString()).isLessThanOrEqualTo(5);
        }
    }

    private static int falseAlarms(Path path, Random random, double rho, int freedom) {
        ChangeChart chart = new ChangeChart(1, path, 0, RATE);
        double x = random.nextGaussian() / Math.sqrt(1 - rho * rho);
        int episodes = 0;
        int last = -100;
        for (int step = 1; step <= 1000; step++) {
            x = rho * x + noise(random, freedom);
            if (chart.read(x, 0, step).state() == State.ALARM) {
                episodes += step - last > ChangeChart.GAP ? 1 : 0;
                last = step;
            }
        }
        return episodes;
    }

    /** Normal noise for freedom 0, else Student's t. */
    private static double noise(Random random, int freedom) {
        double normal = random.nextGaussian();
        double squares = 0;
        for (int i = 0; i < freedom; i++) {
            double next = random.nextGaussian();
            squares += next * next;
        }
        return freedom == 0 ? normal : normal / Math.sqrt(squares / freedom);
    }

    private static ChangeChart trained(Random random, int steps) {
        ChangeChart chart = new ChangeChart(1, Path.LEVEL, 0, RATE);
        for (int step = 1; step <= steps; step++) {
            chart.read(random.nextGaussian(), 0, step);
        }
        return chart;
    }

    @Test
    void read_stepOfSixDeviations_isFoundAtOnceWhereNoValueDependsOnTheOneBefore() {
        for (int seed = 1; seed <= 50; seed++) {
            Random random = new Random(seed);
            ChangeChart chart = new ChangeChart(-1, Path.STEADY, 0, 1e-6);
            int alarm = 0;
            for (int step = 1; step <= 60 && alarm == 0; step++) {
                double value = random.nextGaussian() - (step > 48 ? 6 : 0);
                alarm = chart.read(value, 0, step).state() == Reading.State.ALARM ? step : 0;
            }
            assertThat(alarm).as("seed %s", seed).isBetween(49, 56);
        }
    }
}
