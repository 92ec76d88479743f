package dev.rft.recovery;

import dev.rft.api.control.LoopSnapshot;
import dev.rft.api.signal.StepKey;

/** A snapshot of nothing that counts how often it was closed. */
final class CountedSnapshot implements LoopSnapshot {
    static final long BYTES = 10;

    private final StepKey key;
    int closed;

    CountedSnapshot(long step) {
        key = new StepKey(0, step, 0);
    }

    @Override
    public StepKey key() {
        return key;
    }

    @Override
    public long bytes() {
        return BYTES;
    }

    @Override
    public void close() {
        closed++;
    }
}
