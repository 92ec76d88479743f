package dev.rft.testkit;

import static dev.rft.api.signal.Signals.ENTROPY;
import static dev.rft.api.signal.Signals.RESPONSE_LENGTH;
import static dev.rft.api.signal.Signals.REWARD_MEAN;
import static dev.rft.testkit.RftAssertions.assertThat;
import static dev.rft.testkit.Series.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rft.api.signal.Observation;
import dev.rft.monitor.Detector;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class DetectorAssertTest {

    private final Detector tooLong =
            observation ->
                    observation
                            .value(RESPONSE_LENGTH)
                            .map(
                                    v ->
                                            v > 900
                                                    ? Verdict.violated(
                                                            Evidence.of(
                                                                    RESPONSE_LENGTH, v, "<= 900"))
                                                    : Verdict.healthy())
                            .orElse(Verdict.notEvaluated("no response length"));

    private final List<Observation> fault =
            Series.constant(RESPONSE_LENGTH, 600).stepTo(1_000, at(80)).steps(200);

    @Test
    void firesWithin_alarmAtOnset_passes() {
        assertThat(tooLong).on(fault).firesWithin(1).afterOnset(80);
    }

    @Test
    void firesWithin_alarmTooLate_failsAndShowsTheSeries() {
        assertThatThrownBy(() -> assertThat(tooLong).on(fault).firesWithin(3).afterOnset(70))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("within 3 steps from step 70")
                .hasMessageContaining("first came at step 80")
                .hasMessageContaining("response.length=600.0");
    }

    @Test
    void firesWithin_alarmBeforeOnset_fails() {
        assertThatThrownBy(() -> assertThat(tooLong).on(fault).firesWithin(9).afterOnset(90))
                .hasMessageContaining("no alarm")
                .hasMessageContaining("> step 80");
    }

    @Test
    void staysSilent_alarm_fails() {
        assertThatThrownBy(() -> assertThat(tooLong).on(fault).staysSilent())
                .hasMessageContaining("<= 900");
    }

    @Test
    void staysSilent_noAlarm_passes() {
        assertThat(tooLong).on(Series.constant(RESPONSE_LENGTH, 600).steps(50)).staysSilent();
    }

    @Test
    void ar1_manySteps_hasDeclaredMomentsAndMemory() {
        double[] x = values(Series.ar1(ENTROPY, 2, 0.8, 0.5, 1).steps(20_000));
        double mean = 0;
        for (double v : x) {
            mean += v / x.length;
        }
        double variance = 0;
        double product = 0;
        for (int i = 1; i < x.length; i++) {
            variance += (x[i] - mean) * (x[i] - mean);
            product += (x[i] - mean) * (x[i - 1] - mean);
        }
        assertThat(mean).isCloseTo(2, within(0.05));
        assertThat(Math.sqrt(variance / x.length)).isCloseTo(0.5, within(0.02));
        assertThat(product / variance).isCloseTo(0.8, within(0.02));
    }

    @Test
    void steps_longer_beginsLikeShorter() {
        Series series = Series.ar1(ENTROPY, 2, 0.8, 0.5, 1);
        assertThat(series.steps(100).subList(0, 50)).isEqualTo(series.steps(50));
    }

    @Test
    void binomial_reportsItsCount() {
        Observation first = Series.binomial(REWARD_MEAN, 0.5, 32, 1).steps(1).get(0);
        assertThat(first.count(REWARD_MEAN)).hasValue(32);
        assertThat(first.value(REWARD_MEAN).orElseThrow() * 32 % 1).isZero();
    }

    @Test
    void every_leavesSignalsOut() {
        List<Observation> steps = Series.constant(ENTROPY, 1).every(3).steps(6);
        assertThat(steps.get(1).value(ENTROPY)).isEmpty();
        assertThat(steps.get(2).value(ENTROPY)).contains(1.0);
    }

    @Test
    void and_sameSignal_isRejected() {
        Series series = Series.constant(ENTROPY, 1);
        assertThatThrownBy(() -> series.and(series))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("entropy");
    }

    @Test
    void manualClock_advance_movesAllZones() {
        ManualClock clock = new ManualClock();
        clock.advance(Duration.ofSeconds(5));
        assertThat(clock.instant()).isEqualTo(Instant.ofEpochSecond(5));
    }

    private static double[] values(List<Observation> steps) {
        return steps.stream().mapToDouble(step -> step.value(ENTROPY).orElseThrow()).toArray();
    }
}
