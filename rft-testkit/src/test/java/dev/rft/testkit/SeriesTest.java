package dev.rft.testkit;

import static dev.rft.testkit.Series.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SeriesTest {

    private static final Signal SIGNAL = Signals.ENTROPY;
    private static final Series TWO = Series.constant(SIGNAL, 2);

    static Stream<Arguments> changes() {
        return Stream.of(
                Arguments.of("trend", Series.trend(SIGNAL, 2, 0.5), List.of(2.0, 2.5, 3.0, 3.5)),
                Arguments.of("stepTo", TWO.stepTo(5, at(3)), List.of(2.0, 2.0, 5.0, 5.0)),
                Arguments.of("shiftBy", TWO.shiftBy(-1, at(2)), List.of(2.0, 1.0, 1.0, 1.0)),
                Arguments.of("scaleBy", TWO.scaleBy(3, at(4)), List.of(2.0, 2.0, 2.0, 6.0)),
                Arguments.of("driftBy", TWO.driftBy(0.5, at(2)), List.of(2.0, 2.0, 2.5, 3.0)),
                Arguments.of("spike", TWO.spike(9, at(2)), List.of(2.0, 9.0, 2.0, 2.0)),
                Arguments.of(
                        "one on top of the other",
                        TWO.shiftBy(1, at(2)).scaleBy(10, at(3)),
                        List.of(2.0, 3.0, 30.0, 30.0)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("changes")
    void steps_ofAChange_beginWhereItSays(String name, Series series, List<Double> expected) {
        assertThat(series.steps(4))
                .extracting(observation -> observation.value(SIGNAL).orElseThrow())
                .containsExactlyElementsOf(expected);
    }

    @Test
    void steps_everySecond_leavesTheSignalOutBetween() {
        assertThat(TWO.every(2).steps(4))
                .extracting(observation -> observation.value(SIGNAL).isPresent())
                .containsExactly(false, true, false, true);
    }

    @Test
    void steps_ofMeans_tellOfHowMany() {
        List<Observation> steps = Series.binomial(Signals.REWARD_MEAN, 0.5, 4, 1).steps(20);

        assertThat(steps)
                .allSatisfy(
                        step -> {
                            assertThat(step.step().count(Signals.REWARD_MEAN)).hasValue(4);
                            assertThat(step.value(Signals.REWARD_MEAN).orElseThrow() * 4 % 1)
                                    .isZero();
                        });
    }

    @Test
    void and_ofTheSameSignal_isRefused() {
        assertThatThrownBy(() -> TWO.and(Series.constant(SIGNAL, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(SIGNAL.name());
    }
}
