package dev.rft.recovery;

import dev.rft.api.control.SnapshotInput;
import dev.rft.api.signal.StepKey;
import dev.rft.recovery.snapshot.SnapshotInfo;
import dev.rft.recovery.snapshot.SnapshotStore;
import java.io.IOException;
import java.util.List;

/** A store that passes every call on to another, for tests that break one of them. */
abstract class ForwardingStore implements SnapshotStore {

    private final SnapshotStore store;

    ForwardingStore(SnapshotStore store) {
        this.store = store;
    }

    @Override
    public int begin(String runId) throws IOException {
        return store.begin(runId);
    }

    @Override
    public void write(SnapshotInfo info, Content content) throws IOException {
        store.write(info, content);
    }

    @Override
    public List<StepKey> keys() throws IOException {
        return store.keys();
    }

    @Override
    public SnapshotInfo info(StepKey key) throws IOException {
        return store.info(key);
    }

    @Override
    public SnapshotInput open(StepKey key) throws IOException {
        return store.open(key);
    }

    @Override
    public void markGood(StepKey key) throws IOException {
        store.markGood(key);
    }

    @Override
    public void delete(StepKey key) throws IOException {
        store.delete(key);
    }

    @Override
    public void close() throws IOException {
        store.close();
    }
}
