package dev.rft.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rft.api.control.Batch;
import dev.rft.api.control.Capability;
import dev.rft.api.control.Knob;
import dev.rft.api.control.LoopSnapshot;
import dev.rft.api.control.SnapshotInput;
import dev.rft.api.control.TrainingLoop;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.recovery.snapshot.MemorySnapshotStore;
import dev.rft.recovery.snapshot.SnapshotInfo;
import dev.rft.recovery.snapshot.SnapshotStore;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** What the tests of {@link TrainingLoopContract} share. */
final class TrainingLoopContracts {

    private TrainingLoopContracts() {}

    /** A snapshot that no loop has made. */
    static final class Foreign implements LoopSnapshot {
        @Override
        public StepKey key() {
            return StepKey.START;
        }

        @Override
        public long bytes() {
            return 0;
        }

        @Override
        public void close() {
            // It holds nothing.
        }
    }

    /** Writes a snapshot as supervision does: by another thread than the loop's. */
    static SnapshotInput written(LoopSnapshot snapshot)
            throws ExecutionException, InterruptedException {
        FutureTask<SnapshotInput> writing =
                new FutureTask<>(() -> stored(snapshot.key(), snapshot::writeTo));
        Thread thread = new Thread(writing, "rft-contract");
        thread.start();
        return writing.get();
    }

    private static SnapshotInput stored(StepKey key, SnapshotStore.Content content)
            throws IOException {
        try (MemorySnapshotStore store = new MemorySnapshotStore()) {
            store.begin("contract");
            store.write(
                    new SnapshotInfo("contract", key, Instant.EPOCH, true, true, Map.of()),
                    content);
            return store.open(key);
        }
    }

    /** Returns the files with one of them missing, and with one of them cut off, for each. */
    static List<SnapshotInput> damaged(SnapshotInput whole) throws IOException {
        List<SnapshotInput> damaged = new ArrayList<>();
        for (String broken : whole.files().keySet()) {
            damaged.add(changed(whole, broken, false));
            damaged.add(changed(whole, broken, true));
        }
        return damaged;
    }

    private static SnapshotInput changed(SnapshotInput whole, String broken, boolean cut)
            throws IOException {
        return stored(
                StepKey.START,
                out -> {
                    for (String name : whole.files().keySet()) {
                        byte[] bytes;
                        try (InputStream in = whole.open(name)) {
                            bytes = in.readAllBytes();
                        }
                        boolean other = !name.equals(broken);
                        int length = other ? bytes.length : bytes.length / 2;
                        if (other || cut) {
                            out.file(name, file -> file.write(bytes, 0, length));
                        }
                    }
                });
    }

    /** Checks that a loop without the capability says so. */
    static void refusesToPersist(TrainingLoop loop) throws IOException {
        SnapshotInput nothing = stored(StepKey.START, out -> {});
        assertThatThrownBy(() -> loop.read(nothing))
                .isInstanceOf(UnsupportedOperationException.class);
        if (can(loop, Capability.SNAPSHOT)) {
            try (LoopSnapshot snapshot = loop.snapshot()) {
                assertThatThrownBy(() -> stored(StepKey.START, snapshot::writeTo))
                        .isInstanceOf(UnsupportedOperationException.class);
            }
        }
    }

    static boolean can(TrainingLoop loop, Capability capability) {
        return loop.capabilities().contains(capability);
    }

    /** Runs steps of the first attempt and returns what they showed. */
    static List<Map<Signal, Double>> steps(TrainingLoop loop, long first, long last) {
        List<Map<Signal, Double>> shown = new ArrayList<>();
        for (long step = first; step <= last; step++) {
            shown.add(shown(loop.step(new StepKey(0, step, 0))));
        }
        return shown;
    }

    /** Makes all updates of a batch. */
    static void updates(TrainingLoop loop, Batch batch) {
        for (int i = 0; i < batch.updates(); i++) {
            loop.apply(loop.compute(batch));
        }
    }

    /** Returns the numbers of a step but its wall time. */
    static Map<Signal, Double> shown(Observation observation) {
        Map<Signal, Double> values = new HashMap<>(observation.step().values());
        values.remove(Signals.STEP_SECONDS);
        return values;
    }

    /** Returns another value within a knob's bounds. */
    static double another(Knob knob, double value) {
        double half = value / 2;
        double other = half >= knob.min() && half != value ? half : value + 1;
        return Math.min(Math.max(other, knob.min()), knob.max());
    }

    static Map<String, Double> named(Map<Knob, Double> knobs) {
        Map<String, Double> named = new HashMap<>();
        knobs.forEach((knob, value) -> named.put(knob.name(), value));
        return named;
    }
}
