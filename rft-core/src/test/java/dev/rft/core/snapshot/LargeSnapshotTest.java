package dev.rft.core.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.rft.api.signal.StepKey;
import dev.rft.core.testing.EngineExtension;
import dev.rft.recovery.snapshot.DirectorySnapshotStore;
import dev.rft.recovery.snapshot.SnapshotInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * More than two gibibytes in one snapshot, and in one tensor of it, on a real disk and back. Takes
 * 6 GB of memory and 3 GB of disk.
 */
@Tag("slow")
class LargeSnapshotTest {

    private static final long LARGE = 550_000_000; // 2.2 GB in float32
    private static final long SMALL = 40_000_000;
    private static final long PART = 50_000_000;

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    @TempDir private Path directory = Path.of("");

    @Test
    void snapshotOfMoreThanTwoGibibytes_comesBackBitForBit() throws IOException {
        NDManager manager = engine.manager();
        SortedMap<String, NDArray> tensors = new TreeMap<>();
        tensors.put("large", counting(manager, LARGE));
        tensors.put("small-1", counting(manager, SMALL));
        tensors.put("small-2", counting(manager, SMALL));
        StepKey key = new StepKey(0, 7, 0);
        try (DirectorySnapshotStore store = DirectorySnapshotStore.open(directory)) {
            store.begin("large");
            store.write(
                    new SnapshotInfo("large", key, Instant.EPOCH, true, true, Map.of()),
                    new TensorFiles("t", tensors, Map.of(), TensorFiles.SHARD_BYTES)::writeTo);

            Path first =
                    directory.resolve(
                            "step-7-attempt-0-incarnation-0/t-00001-of-00002.safetensors");
            assertThat(Files.size(first)).isGreaterThan(LARGE * Float.BYTES);
            StoredTensors stored = StoredTensors.open(store.open(key), "t");
            stored.checkLike(tensors);
            SortedMap<String, NDArray> loaded = stored.load(manager, manager.getDevice());

            assertThat(loaded.keySet()).isEqualTo(tensors.keySet());
            for (String name : tensors.keySet()) {
                NDArray was = tensors.get(name);
                NDArray is = loaded.get(name);
                assertThat(is.getShape()).isEqualTo(was.getShape());
                for (long from = 0; from < was.size(); from += PART) {
                    assertThat(same(was, is, from)).as("%s from %s", name, from).isTrue();
                }
            }
        }
    }

    /** Every element differs from its neighbours, and every part from the other parts. */
    private static NDArray counting(NDManager manager, long size) {
        NDArray all = manager.zeros(new Shape(size), DataType.FLOAT32);
        for (long from = 0; from < size; from += PART) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                long length = Math.min(PART, size - from);
                NDArray part = all.get(index(from, size));
                part.addi(manager.arange(0f, (float) length, 1f).modi(65_521f));
                int number = Math.toIntExact(from / PART);
                part.addi(number / 64f);
            }
        }
        return all;
    }

    private static boolean same(NDArray one, NDArray other, long from) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDIndex part = index(from, one.size());
            return one.get(part).contentEquals(other.get(part));
        }
    }

    private static NDIndex index(long from, long size) {
        return new NDIndex(from + ":" + Math.min(size, from + PART));
    }
}
