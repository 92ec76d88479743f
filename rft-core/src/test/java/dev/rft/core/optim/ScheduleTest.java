package dev.rft.core.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ScheduleTest {

    @Test
    void constant_isOneAtEveryStep() {
        assertFactors(Schedule.constant(), new long[] {1, 2, Long.MAX_VALUE}, 1, 1, 1);
    }

    @Test
    void warmUp_risesInEqualStepsAndStays() {
        assertFactors(Schedule.warmUp(4), new long[] {1, 2, 3, 4, 5, 99}, 0.25, 0.5, 0.75, 1, 1, 1);
        assertFactors(Schedule.warmUp(0), new long[] {1, 2}, 1, 1);
    }

    @Test
    void linear_fallsInEqualStepsToTheLastFactor() {
        assertFactors(
                Schedule.linear(2, 6, 0.2),
                new long[] {1, 2, 3, 4, 5, 6, 7, Long.MAX_VALUE},
                0.5,
                1,
                0.8,
                0.6,
                0.4,
                0.2,
                0.2,
                0.2);
    }

    @Test
    void cosine_fallsAlongHalfACosine() {
        double eighth = (1 + Math.sqrt(0.5)) / 2;
        assertFactors(
                Schedule.cosine(2, 10, 0),
                new long[] {1, 2, 4, 6, 8, 10, 11},
                0.5,
                1,
                eighth,
                0.5,
                1 - eighth,
                0,
                0);
        assertFactors(Schedule.cosine(0, 2, 0.1), new long[] {1, 2}, 0.55, 0.1);
    }

    @Test
    void inverseSqrt_fallsWithTheRootOfTheStep() {
        assertFactors(Schedule.inverseSqrt(4), new long[] {2, 4, 16, 400}, 0.5, 1, 0.5, 0.1);
    }

    @Test
    void factor_ofAnEarlierStep_isWhatItWas() {
        for (Schedule schedule :
                List.of(
                        Schedule.linear(3, 20, 0),
                        Schedule.cosine(3, 20, 0),
                        Schedule.inverseSqrt(3))) {
            double before = schedule.factor(7);
            schedule.factor(19);
            assertThat(schedule.factor(7)).isEqualTo(before);
        }
    }

    @Test
    void schedule_outOfRange_isRefused() {
        assertRefused(() -> Schedule.warmUp(-1), "warmUp: must be >= 0, was -1");
        assertRefused(() -> Schedule.inverseSqrt(0), "warmUp: must be >= 1, was 0");
        assertRefused(() -> Schedule.linear(5, 5, 0), "total: must be > warmUp 5, was 5");
        assertRefused(() -> Schedule.cosine(1, 5, Double.NaN), "last: must be in [0, 1], was NaN");
        assertRefused(() -> Schedule.constant().factor(0), "step: must be >= 1, was 0");
    }

    private static void assertFactors(Schedule schedule, long[] steps, double... factors) {
        for (int i = 0; i < steps.length; i++) {
            assertThat(schedule.factor(steps[i]))
                    .as("step %d", steps[i])
                    .isCloseTo(factors[i], within(1e-12));
        }
    }

    private static void assertRefused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }
}
