package dev.rft.recovery;

import dev.rft.api.control.SnapshotOutput;
import dev.rft.api.signal.StepKey;
import dev.rft.recovery.snapshot.SnapshotInfo;
import dev.rft.recovery.snapshot.SnapshotStore;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** A store that takes its time over each file, and tells when it is at what. */
final class SlowStore extends ForwardingStore {

    /** Is told what begins, and takes its time. */
    @FunctionalInterface
    interface Pace {
        void at(char mark);
    }

    private final Pace pace;

    SlowStore(SnapshotStore store, Pace pace) {
        super(store);
        this.pace = pace;
    }

    @Override
    public int begin(String runId) throws IOException {
        pace.at('b');
        return super.begin(runId);
    }

    @Override
    public void write(SnapshotInfo info, Content content) throws IOException {
        super.write(
                info,
                out -> {
                    content.writeTo(slow(out));
                    pace.at('s'); // all but the manifest
                });
    }

    private SnapshotOutput slow(SnapshotOutput out) {
        return new SnapshotOutput() {
            @Override
            public void file(String name, SnapshotOutput.Content content) throws IOException {
                out.file(name, bytes -> content.writeTo(new Slow(bytes)));
            }

            @Override
            public void shared(String name, String sha256, SnapshotOutput.Content content)
                    throws IOException {
                out.shared(name, sha256, bytes -> content.writeTo(new Slow(bytes)));
            }
        };
    }

    /** Writes the first half of what it gets, and then the other. */
    private final class Slow extends FilterOutputStream {
        Slow(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            out.write(bytes, from, count / 2);
            out.flush();
            pace.at('s');
            out.write(bytes, from + count / 2, count - count / 2);
        }
    }

    @Override
    public void markGood(StepKey key) throws IOException {
        pace.at('g');
        super.markGood(key);
        pace.at('g');
    }

    @Override
    public void delete(StepKey key) throws IOException {
        pace.at('d');
        super.delete(key);
        pace.at('d');
    }
}
