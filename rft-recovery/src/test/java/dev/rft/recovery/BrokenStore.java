package dev.rft.recovery;

import dev.rft.recovery.snapshot.SnapshotInfo;
import dev.rft.recovery.snapshot.SnapshotStore;
import java.io.IOException;

/** A store whose disk may be full. */
final class BrokenStore extends ForwardingStore {

    volatile boolean full;

    /** The first file of a snapshot can be written, and the next cannot. */
    volatile boolean fullHalfWay;

    BrokenStore(SnapshotStore store) {
        super(store);
    }

    @Override
    public void write(SnapshotInfo info, Content content) throws IOException {
        if (full) {
            throw new IOException("no space left on device");
        }
        super.write(
                info,
                out -> {
                    if (fullHalfWay) {
                        out.file("first", bytes -> bytes.write(new byte[100]));
                        throw new IOException("no space left on device");
                    }
                    content.writeTo(out);
                });
    }
}
