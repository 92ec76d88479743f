package dev.rft.core.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.index.NDIndex;
import dev.rft.api.control.InvalidSnapshotException;
import dev.rft.api.control.Knob;
import dev.rft.api.control.LoopSnapshot;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.core.model.Transformer;
import dev.rft.core.model.TransformerConfig;
import dev.rft.core.optim.AdamW;
import dev.rft.core.testing.EngineExtension;
import dev.rft.core.testing.Resources;
import dev.rft.core.testing.SnapshotFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PolicyTrainerPersistenceTest {

    private static final StepKey FIRST = StepKey.START.next();

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    private TinyTask task;

    @BeforeEach
    void makeTask() {
        task = new TinyTask(engine.manager());
        task.config = TinyTask.config(2);
    }

    @Test
    void read_inAFreshTrainer_continuesBitForBit() throws IOException {
        SnapshotFiles files;
        List<Map<Signal, Double>> seen;
        try (PolicyTrainer trainer = task.trainer()) {
            run(trainer, FIRST, 3);
            trainer.setKnob(Knob.LEARNING_RATE, 0.003);
            try (LoopSnapshot snapshot = trainer.snapshot()) {
                files = SnapshotFiles.of(snapshot);
            }
            seen = run(trainer, new StepKey(0, 4, 0), 4);
        }
        SortedMap<String, String> end = task.bits();

        TinyTask another = new TinyTask(engine.manager());
        another.config = task.config;
        another.model.parameters().values().forEach(w -> w.set(new NDIndex("..."), 7));
        try (PolicyTrainer trainer = another.trainer();
                LoopSnapshot snapshot = trainer.read(files)) {
            assertThat(snapshot.key()).isEqualTo(new StepKey(0, 3, 0));
            trainer.restore(snapshot);
            assertThat(run(trainer, new StepKey(0, 4, 1), 4)).isEqualTo(seen);
        }
        assertThat(another.bits()).isEqualTo(end);
    }

    @Test
    void writeTo_byAnotherThreadWhileTheLoopGoesOn_writesTheStateOfTheSnapshot() throws Exception {
        try (PolicyTrainer trainer = task.trainer();
                LoopSnapshot snapshot = trainer.snapshot()) {
            SnapshotFiles before = SnapshotFiles.of(snapshot);
            FutureTask<SnapshotFiles> writing = new FutureTask<>(() -> SnapshotFiles.of(snapshot));
            Thread thread = new Thread(writing);
            thread.start();
            run(trainer, FIRST, 3);
            thread.join();

            assertThat(writing.get().files()).isEqualTo(before.files());
        }
    }

    @Test
    void writeTo_always_sharesTheReferenceByItsHash() {
        try (PolicyTrainer trainer = task.trainer();
                LoopSnapshot first = trainer.snapshot()) {
            run(trainer, FIRST, 1);
            try (LoopSnapshot second = trainer.snapshot()) {
                SnapshotFiles one = SnapshotFiles.of(first);
                SnapshotFiles two = SnapshotFiles.of(second);
                assertThat(one.shared).containsExactly("reference-00001-of-00001.safetensors");
                assertThat(two.files().get(one.shared.get(0)))
                        .isEqualTo(one.files().get(one.shared.get(0)));
            }
        }
    }

    @Test
    void read_ofAReferenceThatWasReset_continuesBitForBit() throws IOException {
        SnapshotFiles files;
        List<Map<Signal, Double>> seen;
        try (PolicyTrainer trainer = task.trainer()) {
            run(trainer, FIRST, 2);
            trainer.resetReference();
            run(trainer, new StepKey(0, 3, 0), 1);
            try (LoopSnapshot snapshot = trainer.snapshot()) {
                files = SnapshotFiles.of(snapshot);
            }
            seen = run(trainer, new StepKey(0, 4, 0), 3);
        }
        assertThat(files.shared)
                .containsExactlyInAnyOrder(
                        "reference-00001-of-00001.safetensors",
                        "moved-reference-00001-of-00001.safetensors");

        TinyTask another = new TinyTask(engine.manager());
        another.config = task.config;
        try (PolicyTrainer trainer = another.trainer();
                LoopSnapshot atFirst = trainer.snapshot();
                LoopSnapshot snapshot = trainer.read(files)) {
            trainer.restore(snapshot);
            assertThat(run(trainer, new StepKey(0, 4, 1), 3)).isEqualTo(seen);
            assertThat(another.bits()).isEqualTo(task.bits());

            // A snapshot from before the reset still brings the first reference back.
            trainer.restore(atFirst);
            assertThat(another.bits()).isEqualTo(new TinyTask(engine.manager()).bits());
        }
    }

    @Test
    void read_ofADamagedReferenceThatWasReset_isRefused() {
        SnapshotFiles files;
        try (PolicyTrainer trainer = task.trainer()) {
            run(trainer, FIRST, 1);
            trainer.resetReference();
            try (LoopSnapshot snapshot = trainer.snapshot()) {
                files = SnapshotFiles.of(snapshot);
            }
        }
        String name = "moved-reference-00001-of-00001.safetensors";
        byte[] whole = files.bytes.get(name);
        TinyTask another = new TinyTask(engine.manager());
        another.config = task.config;
        int held = Resources.held(engine.manager());
        for (int length : new int[] {0, 7, 100, whole.length / 2, whole.length - 1}) {
            files.bytes.put(name, Arrays.copyOf(whole, length));
            assertRefused(another, files, name, "");
        }
        assertThat(Resources.held(engine.manager())).isEqualTo(held);
    }

    @Test
    void read_ofAnotherReference_isRefused() {
        SnapshotFiles files = filesOf(task);
        TinyTask another = new TinyTask(engine.manager());
        another.reference.parameters().values().forEach(w -> w.addi(1));

        assertRefused(another, files, "reference", "must be the reference of this loop");
    }

    @Test
    void read_ofAnotherModel_isRefusedBeforeMemoryIsTaken() {
        TinyTask wide = new TinyTask(engine.manager());
        wide.policy =
                new Transformer(
                        engine.manager(),
                        new TransformerConfig(13, 1, 32, 2, 1, 24, 8, 100, 1e-6),
                        new SplittableRandom(1));
        wide.optimizer =
                new AdamW(engine.manager(), wide.policy.parameters(), AdamW.Config.defaults());
        SnapshotFiles files = filesOf(wide);
        int held = Resources.held(engine.manager());

        assertRefused(task, files, "trainer-00001-of-00001.safetensors", "must be float32");
        assertThat(Resources.held(engine.manager())).isEqualTo(held);
    }

    @Test
    void read_withOtherKnobs_isRefused() {
        SnapshotFiles files = filesOf(task);
        task.objective = TinyTask.PLAIN;

        assertRefused(task, files, "trainer.json", "must hold the knobs");
    }

    @Test
    void read_ofAFileCutOffAnywhere_isRefused() {
        SnapshotFiles files = filesOf(task);
        String name = "trainer-00001-of-00001.safetensors";
        byte[] whole = files.bytes.get(name);
        SplittableRandom random = new SplittableRandom(5);
        int held = Resources.held(engine.manager());
        for (int i = 0; i < 100; i++) {
            int length = i < 20 ? i : random.nextInt(whole.length);
            files.bytes.put(name, Arrays.copyOf(whole, length));
            assertRefused(task, files, name, "");
        }
        files.bytes.remove(name);
        assertRefused(task, files, name, "is missing");
        assertThat(Resources.held(engine.manager())).isEqualTo(held);
    }

    @Test
    void read_thenClose_leavesNothing() throws IOException {
        SnapshotFiles files = filesOf(task);
        try (PolicyTrainer trainer = task.trainer()) {
            int held = Resources.held(engine.manager());
            trainer.read(files).close();
            assertThat(Resources.held(engine.manager())).isEqualTo(held);
        }
    }

    private static SnapshotFiles filesOf(TinyTask task) {
        try (PolicyTrainer trainer = task.trainer();
                LoopSnapshot snapshot = trainer.snapshot()) {
            return SnapshotFiles.of(snapshot);
        }
    }

    private static void assertRefused(
            TinyTask task, SnapshotFiles files, String file, String reason) {
        SortedMap<String, String> before = task.bits();
        try (PolicyTrainer trainer = task.trainer()) {
            assertThatThrownBy(() -> trainer.read(files))
                    .isInstanceOfSatisfying(
                            InvalidSnapshotException.class,
                            e -> {
                                assertThat(e.file()).isEqualTo(file);
                                assertThat(e.reason()).contains(reason);
                            });
        }
        assertThat(task.bits()).isEqualTo(before);
    }

    private static List<Map<Signal, Double>> run(PolicyTrainer trainer, StepKey from, int steps) {
        List<Map<Signal, Double>> seen = new ArrayList<>();
        StepKey key = from;
        for (int step = 0; step < steps; step++) {
            Map<Signal, Double> values = new TreeMap<>(trainer.step(key).step().values());
            values.remove(Signals.STEP_SECONDS);
            seen.add(values);
            key = key.next();
        }
        return seen;
    }
}
