package dev.rft.benchmarks;

import dev.rft.api.control.SnapshotInput;
import dev.rft.api.signal.StepKey;
import dev.rft.recovery.snapshot.SnapshotInfo;
import dev.rft.recovery.snapshot.SnapshotStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A store that notes when it writes, and is another one beside. */
final class TimedStore implements SnapshotStore {

    private final SnapshotStore store;
    private final List<TimedLoop.Span> writes = new ArrayList<>();

    TimedStore(SnapshotStore store) {
        this.store = store;
    }

    /** Returns the snapshots that were written, syncing included. */
    synchronized List<TimedLoop.Span> writes() {
        return List.copyOf(writes);
    }

    @Override
    public int begin(String runId) throws IOException {
        return store.begin(runId);
    }

    @Override
    public void write(SnapshotInfo info, Content content) throws IOException {
        long begin = System.nanoTime();
        store.write(info, content);
        TimedLoop.Span span = new TimedLoop.Span(begin, System.nanoTime());
        synchronized (this) {
            writes.add(span);
        }
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
