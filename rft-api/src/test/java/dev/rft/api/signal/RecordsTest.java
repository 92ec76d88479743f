package dev.rft.api.signal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rft.api.signal.Signal.Direction;
import dev.rft.api.signal.Signal.Scale;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RecordsTest {

    @Test
    void signal_sameName_isTheSameSignal() {
        Signal mine = Signal.of("grad.norm", "other unit", Direction.NONE, Scale.LINEAR);

        assertThat(mine).isEqualTo(Signals.GRAD_NORM).hasSameHashCodeAs(Signals.GRAD_NORM);
        assertThatThrownBy(() -> Signal.of(" ", "", Direction.UP, Scale.LOG))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("signal name: must not be blank, was ' '");
    }

    @Test
    void named_knownAndUnknown_areTheConstantAndANeutralOne() {
        assertThat(Signals.named("kl.update").adverse()).isEqualTo(Direction.UP);
        assertThat(Signals.named("mine").adverse()).isEqualTo(Direction.NONE);
    }

    @Test
    void stepKey_rollback_goesBackUnderTheNextAttempt() {
        StepKey key = new StepKey(0, 42, 1);

        assertThat(key.next()).isEqualTo(new StepKey(0, 43, 1));
        assertThat(key.rolledBackTo(30)).isEqualTo(new StepKey(1, 30, 1));
        assertThat(key.rolledBackTo(30)).isGreaterThan(key);
        assertThat(key).hasToString("42 (incarnation 1)");
        assertThatThrownBy(() -> new StepKey(0, -1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("were 0, -1, 0");
    }

    @Test
    void stepRecord_mapsAreCopiedAndAbsentStaysAbsent() {
        Map<Signal, Double> values = new HashMap<>(Map.of(Signals.REWARD_MEAN, Double.NaN));
        StepRecord record =
                new StepRecord("r", StepKey.START, values, Map.of(Signals.REWARD_MEAN, 8));
        values.put(Signals.ENTROPY, 1.0);

        assertThat(record.value(Signals.REWARD_MEAN)).contains(Double.NaN);
        assertThat(record.value(Signals.ENTROPY)).isEmpty();
        assertThat(record.count(Signals.REWARD_MEAN)).hasValue(8);
        assertThat(record.count(Signals.ENTROPY)).isEmpty();
        assertThatThrownBy(() -> record.values().clear())
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(
                        () ->
                                new StepRecord(
                                        "r", StepKey.START, Map.of(), Map.of(Signals.ENTROPY, 0)))
                .hasMessage("count of entropy: must be >= 1, was 0");
    }

    @Test
    void trajectorySummary_share_countsFlags() {
        Trajectory cut = new Trajectory(0, 1, 8, Set.of(Trajectory.Flag.TRUNCATED));
        Trajectory whole = new Trajectory(0, 0, 3, Set.of());

        assertThat(
                        new TrajectorySummary(List.of(cut, whole, whole, whole))
                                .share(Trajectory.Flag.TRUNCATED))
                .isEqualTo(0.25);
        assertThat(new TrajectorySummary(List.of()).share(Trajectory.Flag.EMPTY)).isZero();
        assertThatThrownBy(() -> new Trajectory(-1, 0, 0, Set.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
