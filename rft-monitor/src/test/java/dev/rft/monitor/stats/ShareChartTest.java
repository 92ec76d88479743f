package dev.rft.monitor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rft.monitor.stats.Reading.State;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShareChartTest {

    private static final double RATE = 5e-6;
    private static final int COUNT = 64;

    @Test
    void read_beforeWarmUp_isLearning() {
        ShareChart chart = new ShareChart(0, RATE);
        for (int step = 1; step <= ChangeChart.WARM_UP; step++) {
            assertThat(chart.read(0, COUNT, step).state()).isEqualTo(State.LEARNING);
        }
        assertThat(chart.read(0, COUNT, 17).state()).isEqualTo(State.QUIET);
    }

    @Test
    void read_fewSamples_learnsUntilThereAreEnough() {
        ShareChart chart = new ShareChart(0, RATE);
        for (int step = 1; step <= 40; step++) {
            assertThat(chart.read(0, 1, step).state()).isEqualTo(State.LEARNING);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.02, 0.2})
    void read_riseByAFifthOfTheSamples_alarmsWithinAFewStepsOfItsOnset(double share) {
        Random random = new Random(1);
        ShareChart chart = new ShareChart(0.02, RATE);
        for (int step = 1; step <= 100; step++) {
            assertThat(chart.read(sample(share, random), COUNT, step).state())
                    .isNotEqualTo(State.ALARM);
        }
        for (int step = 101; ; step++) {
            Reading reading = chart.read(sample(share + 0.2, random), COUNT, step);
            if (reading.state() == State.ALARM) {
                assertThat(step).isLessThanOrEqualTo(share > 0.1 ? 107 : 103);
                assertThat(reading.onset().orElseThrow()).isBetween(99L, 102L);
                return;
            }
        }
    }

    @Test
    void read_oneHitAfterNone_isNoAlarm() {
        ShareChart chart = new ShareChart(0, RATE);
        for (int step = 1; step <= 200; step++) {
            chart.read(0, COUNT, step);
        }
        assertThat(chart.read(1.0 / COUNT, COUNT, 201).state()).isNotEqualTo(State.ALARM);
    }

    /** A likelihood ratio has mean 1 whatever the share is: no family exceeds the budget. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 0.005, 0.05, 0.3, 0.7})
    void read_healthyShares_keepTheBudget(double share) {
        Random random = new Random(2);
        int alarms = 0;
        for (int stream = 0; stream < 20; stream++) {
            ShareChart chart = new ShareChart(0, 1e-4);
            for (int step = 1; step <= 1000; step++) {
                boolean alarm =
                        chart.read(sample(share, random), COUNT, step).state() == State.ALARM;
                alarms += alarm ? 1 : 0;
            }
        }
        // 2 in 20,000 are the budget.
        assertThat(alarms).isLessThanOrEqualTo(7);
    }

    @Test
    void read_shareThatHasSwungBefore_isToleratedAndAlarmsInASteadyRun() {
        ShareChart swinging = new ShareChart(0.01, 1e-3);
        ShareChart steady = new ShareChart(0.01, 1e-3);
        int tolerated = 0;
        int alarms = 0;
        for (int step = 1; step <= 1200; step++) {
            double swing = (step / 12) % 2 == 0 ? 0.0625 : 0.25;
            double still = step <= 1188 ? 0.0625 : 0.25;
            State judged = swinging.read(swing, COUNT, step).state();
            tolerated += judged == State.ALARM && step > 400 ? 1 : 0;
            alarms += steady.read(still, COUNT, step).state() == State.ALARM ? 1 : 0;
        }
        assertThat(alarms).isPositive();
        assertThat(tolerated).isZero();
    }

    @Test
    void read_lastingRise_isLearnedInBoundedTime() {
        ShareChart chart = new ShareChart(0, RATE);
        int alarms = 0;
        for (int step = 1; step <= 300; step++) {
            Reading reading = chart.read(step > 100 ? 0.5 : 0, COUNT, step);
            alarms += reading.state() == State.ALARM ? 1 : 0;
        }
        assertThat(alarms).isBetween(ChangeChart.PATIENCE - 1, ChangeChart.PATIENCE);
    }

    @Test
    void read_backToNormal_endsTheAlarmSoon() {
        ShareChart chart = new ShareChart(0.01, RATE);
        for (int step = 1; step <= 100; step++) {
            chart.read(0, COUNT, step);
        }
        assertThat(chart.read(0.4, COUNT, 101).state()).isEqualTo(State.SUSPECT);
        for (int step = 102; step <= 110; step++) {
            assertThat(chart.read(0.4, COUNT, step).state()).isEqualTo(State.ALARM);
        }
        assertThat(chart.read(0, COUNT, 111).state()).isNotEqualTo(State.ALARM);
    }

    @Test
    void restore_inMidStream_goesOnAsBefore() {
        Random random = new Random(3);
        ShareChart chart = new ShareChart(0, RATE);
        for (int step = 1; step <= 60; step++) {
            chart.read(sample(0.1, random), COUNT, step);
        }
        ShareChart restored = new ShareChart(0, RATE);
        restored.restore(chart.save());
        for (int step = 61; step <= 120; step++) {
            double share = sample(step > 80 ? 0.4 : 0.1, random);
            assertThat(restored.read(share, COUNT, step)).isEqualTo(chart.read(share, COUNT, step));
        }
    }

    @Test
    void restore_otherState_isRejected() {
        ShareChart chart = new ShareChart(0, RATE);
        assertThatThrownBy(() -> chart.restore(Map.of("state", new double[2])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("8 numbers");
    }

    @Test
    void read_noShare_isRejected() {
        ShareChart chart = new ShareChart(0, RATE);
        assertThatThrownBy(() -> chart.read(1.5, COUNT, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> chart.read(Double.NaN, COUNT, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> chart.read(0.5, 0, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static double sample(double share, Random random) {
        int hits = 0;
        for (int i = 0; i < COUNT; i++) {
            hits += random.nextDouble() < share ? 1 : 0;
        }
        return (double) hits / COUNT;
    }

    @Test
    void read_riseAfterAHealthyFall_alarms() {
        for (int seed = 1; seed <= 20; seed++) {
            Random random = new Random(seed);
            ShareChart chart = new ShareChart(0.05, 2e-6);
            int alarm = 0;
            for (int step = 1; step <= 150 && alarm == 0; step++) {
                double fallen = Math.max(0.02, 0.6 - 0.58 * step / 60);
                double share = step > 140 ? 0.5 : fallen;
                int hits = 0;
                for (int i = 0; i < 64; i++) {
                    hits += random.nextDouble() < share ? 1 : 0;
                }
                Reading reading = chart.read(hits / 64.0, 64, step);
                alarm = reading.state() == Reading.State.ALARM ? step : 0;
            }
            assertThat(alarm).as("seed %s", seed).isBetween(141, 145);
        }
    }
}
