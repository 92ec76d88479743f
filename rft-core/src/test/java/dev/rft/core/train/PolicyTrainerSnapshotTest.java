package dev.rft.core.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import dev.rft.api.control.Knob;
import dev.rft.api.control.LoopSnapshot;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.core.model.Transformer;
import dev.rft.core.model.TransformerConfig;
import dev.rft.core.optim.AdamW;
import dev.rft.core.testing.EngineExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PolicyTrainerSnapshotTest {

    private static final StepKey FIRST = StepKey.START.next();

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    private TinyTask task;

    @BeforeEach
    void makeTask() {
        task = new TinyTask(engine.manager());
        task.config = TinyTask.config(2);
    }

    @Test
    void restore_thenTheSameSteps_repeatsThemBitForBit() {
        try (PolicyTrainer trainer = task.trainer()) {
            run(trainer, FIRST, 3);
            try (LoopSnapshot snapshot = trainer.snapshot()) {
                SortedMap<String, String> start = task.bits();
                List<Map<Signal, Double>> seen = run(trainer, FIRST.rolledBackTo(3).next(), 4);
                SortedMap<String, String> end = task.bits();

                for (int again = 0; again < 2; again++) {
                    trainer.restore(snapshot);
                    assertThat(task.bits()).isEqualTo(start);
                    assertThat(run(trainer, FIRST.rolledBackTo(3).next(), 4)).isEqualTo(seen);
                    assertThat(task.bits()).isEqualTo(end);
                }
            }
        }
    }

    @Test
    void restore_thenAnotherAttempt_takesAnotherWay() {
        try (PolicyTrainer trainer = task.trainer();
                LoopSnapshot snapshot = trainer.snapshot()) {
            run(trainer, FIRST, 2);
            SortedMap<String, String> end = task.bits();
            trainer.restore(snapshot);

            run(trainer, FIRST.rolledBackTo(0).next(), 2);

            assertThat(task.bits()).isNotEqualTo(end);
        }
    }

    @Test
    void restore_inTheMiddleOfAStep_dropsWhatTheStepLeft() {
        try (PolicyTrainer trainer = task.trainer();
                LoopSnapshot snapshot = trainer.snapshot()) {
            List<Map<Signal, Double>> seen = run(trainer, FIRST, 2);
            trainer.compute(trainer.collect(FIRST.next()));

            trainer.restore(snapshot);

            assertThat(run(trainer, FIRST, 2)).isEqualTo(seen);
        }
    }

    @Test
    void restore_overWeightsThatAreNan_bringsThemBack() {
        try (PolicyTrainer trainer = task.trainer();
                LoopSnapshot snapshot = trainer.snapshot()) {
            SortedMap<String, String> start = task.bits();
            task.model.parameters().values().forEach(w -> w.set(new NDIndex("..."), Float.NaN));

            trainer.restore(snapshot);

            assertThat(task.bits()).isEqualTo(start);
        }
    }

    @Test
    void restore_afterKnobsWereTurned_bringsThemBack() {
        try (PolicyTrainer trainer = task.trainer()) {
            trainer.setKnob(Knob.LEARNING_RATE, 0.5);
            trainer.setKnob(Knob.TEMPERATURE, 0.7);
            Map<Knob, Double> knobs = trainer.knobs();
            try (LoopSnapshot snapshot = trainer.snapshot()) {
                trainer.setKnob(Knob.LEARNING_RATE, 0);
                trainer.setKnob(Knob.TEMPERATURE, 2);
                trainer.setKnob(Knob.KL_COEFFICIENT, 9);

                trainer.restore(snapshot);

                assertThat(trainer.knobs()).isEqualTo(knobs);
            }
        }
    }

    @Test
    void snapshot_afterSteps_knowsItsStepAndItsBytes() {
        long weights = task.model.parameters().values().stream().mapToLong(NDArray::size).sum();
        try (PolicyTrainer trainer = task.trainer()) {
            try (LoopSnapshot none = trainer.snapshot()) {
                assertThat(none.key()).isEqualTo(StepKey.START);
            }
            run(trainer, FIRST, 2);
            try (LoopSnapshot snapshot = trainer.snapshot()) {
                assertThat(snapshot.key()).isEqualTo(FIRST.next());
                assertThat(snapshot.bytes()).isEqualTo(4 * 3 * weights + 8);
                run(trainer, FIRST.next().next(), 1);
                trainer.restore(snapshot);
                try (LoopSnapshot again = trainer.snapshot()) {
                    assertThat(again.key()).isEqualTo(FIRST.next());
                }
            }
        }
    }

    @Test
    void snapshot_takenInAScopeOfTheCallers_outlivesIt() {
        try (PolicyTrainer trainer = task.trainer()) {
            LoopSnapshot snapshot;
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                snapshot = trainer.snapshot();
            }
            SortedMap<String, String> start = task.bits();
            run(trainer, FIRST, 1);

            trainer.restore(snapshot);

            assertThat(task.bits()).isEqualTo(start);
            snapshot.close();
        }
    }

    @Test
    void restore_ofASnapshotThatIsClosed_isRefused() {
        try (PolicyTrainer trainer = task.trainer()) {
            LoopSnapshot snapshot = trainer.snapshot();
            snapshot.close();
            snapshot.close();

            assertThatThrownBy(() -> trainer.restore(snapshot))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("snapshot of step 0: was closed");
        }
    }

    @Test
    void restore_ofAForeignSnapshot_isRefusedAndChangesNothing() {
        LoopSnapshot foreign =
                new LoopSnapshot() {
                    @Override
                    public StepKey key() {
                        return FIRST;
                    }

                    @Override
                    public long bytes() {
                        return 0;
                    }

                    @Override
                    public void close() {}
                };
        TransformerConfig wider = new TransformerConfig(13, 1, 32, 2, 1, 24, 8, 100, 1e-6);
        TransformerConfig deeper = new TransformerConfig(13, 2, 16, 2, 1, 24, 8, 100, 1e-6);
        try (PolicyTrainer trainer = task.trainer();
                LoopSnapshot wide = snapshotOf(wider);
                LoopSnapshot deep = snapshotOf(deeper)) {
            SortedMap<String, String> before = task.bits();
            assertRefused(trainer, foreign, "must be one of a PolicyTrainer");
            assertRefused(trainer, wide, "must have shape");
            assertRefused(trainer, deep, "snapshot: must hold");
            assertThat(task.bits()).isEqualTo(before);
        }
    }

    @Test
    void restore_ofASnapshotWithOtherKnobs_isRefusedAndChangesNothing() {
        try (PolicyTrainer pulled = task.trainer()) {
            try (LoopSnapshot snapshot = pulled.snapshot()) {
                task.objective = TinyTask.PLAIN;
                try (PolicyTrainer plain = task.trainer()) {
                    run(plain, FIRST, 1);
                    SortedMap<String, String> before = task.bits();
                    assertRefused(plain, snapshot, "must hold the knobs");
                    assertThat(task.bits()).isEqualTo(before);
                }
            }
        }
    }

    private LoopSnapshot snapshotOf(TransformerConfig sizes) {
        Transformer model = new Transformer(engine.manager(), sizes, new SplittableRandom(1));
        TinyTask other = new TinyTask(engine.manager());
        other.policy = model;
        other.optimizer = new AdamW(engine.manager(), model.parameters(), AdamW.Config.defaults());
        try (PolicyTrainer trainer = other.trainer()) {
            return trainer.snapshot();
        }
    }

    private static void assertRefused(
            PolicyTrainer trainer, LoopSnapshot snapshot, String message) {
        assertThatThrownBy(() -> trainer.restore(snapshot))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static List<Map<Signal, Double>> run(PolicyTrainer trainer, StepKey from, int steps) {
        List<Map<Signal, Double>> seen = new ArrayList<>();
        StepKey key = from;
        for (int step = 0; step < steps; step++) {
            Observation observation = trainer.step(key);
            Map<Signal, Double> values = new TreeMap<>(observation.step().values());
            values.remove(Signals.STEP_SECONDS);
            seen.add(values);
            key = key.next();
        }
        return seen;
    }
}
