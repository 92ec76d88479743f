package dev.rft.recovery.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rft.api.control.InvalidSnapshotException;
import dev.rft.api.control.SnapshotInput;
import dev.rft.api.signal.StepKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectorySnapshotStoreTest {

    private static final StepKey TEN = new StepKey(0, 10, 0);
    private static final StepKey TWENTY = new StepKey(1, 20, 0);
    private static final byte[] SHARED = "the reference".getBytes(StandardCharsets.UTF_8);

    @TempDir Path directory;

    private static SnapshotInfo info(StepKey key) {
        return new SnapshotInfo(
                "run", key, Instant.ofEpochSecond(7), false, true, Map.of("rft", "1"));
    }

    private static byte[] payload(StepKey key) {
        return ("weights of " + key).repeat(20).getBytes(StandardCharsets.UTF_8);
    }

    private static void write(SnapshotStore store, StepKey key) throws IOException {
        store.write(
                info(key),
                out -> {
                    out.file("weights.bin", bytes -> bytes.write(payload(key)));
                    out.shared("ref.bin", Hashes.sha256(SHARED), bytes -> bytes.write(SHARED));
                });
    }

    /** Returns all that a store holds, as text; every snapshot in it has to be whole. */
    private static String state(SnapshotStore store) {
        try {
            Map<String, String> state = new TreeMap<>();
            for (StepKey key : store.keys()) {
                SnapshotInput in = store.open(key);
                StringBuilder files = new StringBuilder(store.info(key).toString());
                for (String name : in.files().keySet()) {
                    try (InputStream bytes = in.open(name)) {
                        files.append(name).append(Hashes.sha256(bytes));
                    }
                }
                state.put(key.toString(), files.toString());
            }
            return state.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path file(StepKey key, String name) {
        return directory.resolve(Names.directory(key)).resolve(name);
    }

    /** What a scenario does to a store that holds the snapshot of step 10. */
    @FunctionalInterface
    interface Operation {
        void on(SnapshotStore store) throws IOException;
    }

    private static Operation operation(String name) {
        return switch (name) {
            case "write" -> store -> write(store, TWENTY);
            case "delete" -> store -> store.delete(TEN);
            case "markGood" -> store -> store.markGood(TEN);
            case "begin" -> store -> store.begin("run");
            default -> throw new IllegalArgumentException(name);
        };
    }

    /**
     * Lets each of the file operations fail once; what is there then is the old or the new state.
     */
    @ParameterizedTest
    @ValueSource(strings = {"write", "delete", "markGood", "begin"})
    void anyOperation_failingAnywhere_leavesTheOldStateOrTheNew(String name) throws IOException {
        String before;
        String after;
        try (SnapshotStore store = DirectorySnapshotStore.open(directory)) {
            store.begin("run");
            write(store, TEN);
            before = state(store);
            operation(name).on(store);
            after = state(store);
        }
        int failures = 0;
        for (boolean dies : new boolean[] {false, true}) {
            FailingDisk disk;
            int failing = 0;
            do {
                clear();
                try (SnapshotStore store = DirectorySnapshotStore.open(directory)) {
                    store.begin("run");
                    write(store, TEN);
                }
                disk = new FailingDisk(++failing, dies);
                try (SnapshotStore store = DirectorySnapshotStore.open(directory, disk)) {
                    operation(name).on(store);
                } catch (IOException e) {
                    failures++;
                }
                disk.loseUnsynced();
                try (SnapshotStore store = DirectorySnapshotStore.open(directory)) {
                    assertThat(state(store)).as("failing at %d", failing).isIn(before, after);
                    assertThat(leftovers()).isEmpty();
                    operation(name).on(store); // it can be done again, or do no harm
                } catch (IllegalArgumentException e) {
                    assertThat(e).hasMessageContaining("must be of a step that has none");
                }
            } while (disk.struck());
        }
        assertThat(failures).isGreaterThan(4);
    }

    /** A disk that is full for a while: everything old stays, and later all is well again. */
    @Test
    void write_afterAFailedOne_works() throws IOException {
        FailingDisk disk = new FailingDisk(5, false);
        try (SnapshotStore store = DirectorySnapshotStore.open(directory, disk)) {
            assertThatThrownBy(() -> write(store, TEN)).hasMessageContaining("no space left");
            assertThat(store.keys()).isEmpty();
            write(store, TEN);
            assertThat(store.keys()).containsExactly(TEN);
        }
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void open_withAnyBitOfAnyFileFlipped_isRefused() throws IOException {
        try (SnapshotStore store = DirectorySnapshotStore.open(directory)) {
            write(store, TEN);
            SplittableRandom random = new SplittableRandom(3);
            for (Path file : files()) {
                byte[] whole = Files.readAllBytes(file);
                for (int i = 0; i < 150; i++) {
                    byte[] damaged = whole.clone();
                    damaged[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
                    Files.write(file, damaged);
                    assertThat(refusal(store)).isNotEmpty();
                }
                Files.write(file, whole);
                store.open(TEN);
            }
        }
    }

    @Test
    void open_withAnyFileCutOffOrGone_isRefused() throws IOException {
        try (SnapshotStore store = DirectorySnapshotStore.open(directory)) {
            write(store, TEN);
            for (Path file : files()) {
                byte[] whole = Files.readAllBytes(file);
                for (int length = 0; length < whole.length; length += 1 + whole.length / 100) {
                    Files.write(file, Arrays.copyOf(whole, length));
                    assertThat(refusal(store)).contains(file.getFileName().toString());
                }
                Files.delete(file);
                assertThatThrownBy(() -> store.open(TEN))
                        .isInstanceOf(InvalidSnapshotException.class)
                        .hasMessageContaining("is missing");
                Files.write(file, whole);
            }
        }
    }

    @Test
    void open_ofANewerOrForeignManifest_saysSo() throws IOException {
        try (SnapshotStore store = DirectorySnapshotStore.open(directory)) {
            write(store, TEN);
            Path manifest = file(TEN, Manifest.FILE);
            String text = Files.readString(manifest);
            Files.writeString(manifest, text.replace("\"version\" : 1", "\"version\" : 2"));
            assertThatThrownBy(() -> store.info(TEN)).hasMessageContaining("by a newer rft");
            Files.writeString(manifest, "{\"format\": \"something\", \"version\": 1}");
            assertThatThrownBy(() -> store.info(TEN)).hasMessageContaining("no rft-snapshot");
            Files.writeString(manifest, "x".repeat(100));
            assertThatThrownBy(() -> store.info(TEN)).hasMessageContaining("must be JSON, was not");
            Files.writeString(manifest, "[".repeat(1_000_000));
            assertThatThrownBy(() -> store.info(TEN)).isInstanceOf(InvalidSnapshotException.class);
        }
    }

    @Test
    void open_ofAFileThatIsALinkElsewhere_isRefused() throws IOException {
        try (SnapshotStore store = DirectorySnapshotStore.open(directory)) {
            write(store, TEN);
            Path file = file(TEN, "weights.bin");
            Path elsewhere = Files.move(file, directory.resolve("elsewhere"));
            Files.createSymbolicLink(file, elsewhere);

            assertThatThrownBy(() -> store.open(TEN)).hasMessageContaining("is no plain file");
        }
    }

    @Test
    void open_ofADirectoryUnderAnotherName_isRefused() throws IOException {
        try (SnapshotStore store = DirectorySnapshotStore.open(directory)) {
            write(store, TEN);
            Files.move(
                    directory.resolve(Names.directory(TEN)),
                    directory.resolve(Names.directory(TWENTY)));

            assertThatThrownBy(() -> store.info(TWENTY)).hasMessageContaining("is of step 10");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../x", "a/b", "", ".hidden", "manifest.json", "a\\b", "\u00e9", "/etc/x"})
    void write_ofANameThatLeadsElsewhere_isRefused(String name) throws IOException {
        try (SnapshotStore store = DirectorySnapshotStore.open(directory)) {
            assertThatThrownBy(() -> store.write(info(TEN), out -> out.file(name, bytes -> {})))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("file name");
            assertThat(store.keys()).isEmpty();
        }
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void open_ofADirectoryInUse_isRefused() throws IOException {
        try (SnapshotStore store = DirectorySnapshotStore.open(directory)) {
            assertThatThrownBy(() -> DirectorySnapshotStore.open(directory))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is in use by another");
            write(store, TEN);
        }
        DirectorySnapshotStore.open(directory).close();
    }

    @Test
    void shared_ofManySnapshots_isStoredOnceAndGoesWithTheLast() throws IOException {
        Path shared = directory.resolve("shared").resolve(Hashes.sha256(SHARED));
        try (SnapshotStore store = DirectorySnapshotStore.open(directory)) {
            write(store, TEN);
            write(store, TWENTY);
            store.delete(TEN);
            assertThat(shared).exists();
            store.open(TWENTY);
            store.delete(TWENTY);
            assertThat(shared).doesNotExist();
        }
    }

    @Test
    void shared_thatWasDamagedSince_isWrittenAnew() throws IOException {
        try (SnapshotStore store = DirectorySnapshotStore.open(directory)) {
            write(store, TEN);
        }
        Files.write(directory.resolve("shared").resolve(Hashes.sha256(SHARED)), new byte[13]);
        try (SnapshotStore store = DirectorySnapshotStore.open(directory)) {
            write(store, TWENTY);
            store.open(TWENTY);
            store.open(TEN);
        }
    }

    @Test
    void open_ofADirectoryWithForeignFiles_leavesThemAlone() throws IOException {
        Path notes = Files.writeString(directory.resolve("notes.txt"), "mine");
        Path odd = Files.createDirectory(directory.resolve("step-010-attempt-0-incarnation-0"));
        try (SnapshotStore store = DirectorySnapshotStore.open(directory)) {
            assertThat(store.keys()).isEmpty();
        }
        assertThat(notes).exists();
        assertThat(odd).exists();
    }

    private static String refusal(SnapshotStore store) throws IOException {
        try {
            store.open(TEN);
            return "";
        } catch (InvalidSnapshotException e) {
            return e.file() + ": " + e.reason();
        }
    }

    private List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>(List.of(file(TEN, Manifest.FILE)));
        files.add(file(TEN, "weights.bin"));
        files.add(directory.resolve("shared").resolve(Hashes.sha256(SHARED)));
        return files;
    }

    private List<Path> leftovers() throws IOException {
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.filter(path -> path.getFileName().toString().startsWith("."))
                    .filter(Files::isDirectory)
                    .toList();
        }
    }

    private void clear() throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                if (!path.equals(directory)) {
                    Files.delete(path);
                }
            }
        }
    }
}
