package dev.rft.api.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StepLoopTest {

    private double weight;
    private double rate = 1;
    private int restarts;

    private StepLoop bare() {
        return TrainingLoop.ofSteps(
                key -> {
                    weight += rate;
                    return Observation.of(key, Map.of(Signals.REWARD_MEAN, weight));
                });
    }

    private StepLoop full() {
        return bare().withSnapshots(() -> weight, saved -> weight = saved, 8)
                .withKnob(Knob.LEARNING_RATE, () -> rate, value -> rate = value)
                .withRestart(() -> restarts++);
    }

    @Test
    void step_runsTheFunctionOnce() {
        Observation observation = bare().step(new StepKey(0, 1, 0));

        assertThat(weight).isEqualTo(1);
        assertThat(observation.value(Signals.REWARD_MEAN)).contains(1.0);
    }

    @Test
    void bareLoop_declaresNothingAndRefusesTheRest() {
        StepLoop loop = bare();

        assertThat(loop.capabilities()).isEmpty();
        assertThat(loop.knobs()).isEmpty();
        assertThatThrownBy(loop::snapshot).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(loop::restart).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> loop.setKnob(Knob.LEARNING_RATE, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(loop::observe)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("collect must come first");
    }

    @Test
    void restore_bringsBackStateAndKnobs_asOftenAsAsked() {
        StepLoop loop = full();
        loop.step(new StepKey(0, 1, 0));
        try (LoopSnapshot snapshot = loop.snapshot()) {
            assertThat(snapshot.key()).isEqualTo(new StepKey(0, 1, 0));
            assertThat(snapshot.bytes()).isEqualTo(8);
            for (int attempt = 1; attempt <= 2; attempt++) {
                loop.setKnob(Knob.LEARNING_RATE, 7);
                loop.step(new StepKey(attempt, 2, 0));
                loop.restore(snapshot);

                assertThat(weight).isEqualTo(1);
                assertThat(rate).isEqualTo(1);
            }
        }
        assertThat(loop.capabilities())
                .containsExactlyInAnyOrder(Capability.SNAPSHOT, Capability.RESTART);
    }

    @Test
    void restore_closedOrForeignSnapshot_isRefused() {
        StepLoop loop = full();
        LoopSnapshot closed = loop.snapshot();
        closed.close();

        assertThatThrownBy(() -> loop.restore(closed)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> full().restore(loop.snapshot()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void setKnob_outOfBounds_isRefusedAndChangesNothing() {
        StepLoop loop = full();

        assertThatThrownBy(() -> loop.setKnob(Knob.LEARNING_RATE, Double.NaN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("learning_rate");
        assertThat(rate).isEqualTo(1);
    }

    @Test
    void restart_runsTheAction() {
        full().restart();

        assertThat(restarts).isEqualTo(1);
    }
}
