package dev.rft.monitor.log;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * TensorBoard event files: records of an {@code Event} each, in the TFRecord framing (length, its
 * checksum, data, their checksum; little-endian, CRC-32C masked). Several files, as a resumed run
 * leaves them, are read one after the other.
 *
 * <p>A value of an earlier step within a file comes late, not from a resumed run: it is passed
 * over. A record with a wrong checksum is passed over too; after a wrong length nothing can be
 * found any more, and that is an error.
 */
final class EventFiles implements RowSource {

    /** Scalars are tiny; images and histograms are not kept. */
    private static final int LARGEST = 1 << 24;

    private static final int HEADER = 12;
    private static final int FOOTER = 4;

    /** Opens a file. */
    @FunctionalInterface
    interface Opener {
        InputStream open(Path file) throws IOException;
    }

    private final Deque<Path> left;
    private final Opener opener;
    private final Skips skips;
    private final Names names = new Names();
    private Path file;
    private InputStream in;
    private long record;
    private long newest = -1;

    EventFiles(List<Path> files, Opener opener, Skips skips) throws IOException {
        this.left = new ArrayDeque<>(files);
        this.opener = opener;
        this.skips = skips;
        this.file = left.removeFirst();
        this.in = new BufferedInputStream(opener.open(file));
    }

    /** Tells whether bytes begin a file of records: their first length fits its checksum. */
    static boolean begins(byte[] bytes) {
        if (bytes.length < HEADER) {
            return false;
        }
        ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long length = header.getLong();
        return length >= 0 && header.getInt() == masked(bytes, 8);
    }

    @Override
    public @Nullable Row next() throws IOException {
        while (true) {
            byte[] header = in.readNBytes(HEADER);
            if (header.length < HEADER) {
                if (header.length > 0) {
                    skips.add(file, record + 1, "the last record is torn");
                }
                if (!nextFile()) {
                    return null;
                }
                continue;
            }
            record++;
            if (!begins(header)) {
                throw new LogException(
                        file, record, "the record's length does not fit its checksum");
            }
            long length = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).getLong();
            byte[] data = data(length);
            Row row = data == null ? null : row(data);
            if (row != null) {
                return row;
            }
        }
    }

    /** Reads the data of a record; null when it is torn, broken or too large to be a number. */
    private byte @Nullable [] data(long length) throws IOException {
        if (length > LARGEST) {
            skip(length + FOOTER);
            return null;
        }
        byte[] data = in.readNBytes((int) length);
        byte[] footer = in.readNBytes(FOOTER);
        if (footer.length < FOOTER) {
            skips.add(file, record, "the last record is torn");
            return null;
        }
        if (ByteBuffer.wrap(footer).order(ByteOrder.LITTLE_ENDIAN).getInt()
                != masked(data, data.length)) {
            skips.add(file, record, "the record does not fit its checksum");
            return null;
        }
        return data;
    }

    private void skip(long count) throws IOException {
        long rest = count;
        while (rest > 0) {
            long skipped = in.skip(rest);
            if (skipped == 0 && in.read() < 0) {
                skips.add(file, record, "the last record is torn");
                return;
            }
            rest -= Math.max(1, skipped);
        }
    }

    private @Nullable Row row(byte[] data) {
        Numbers values = new Numbers(names);
        long step;
        try {
            step = ScalarEvent.read(data, values);
        } catch (BrokenLineException broken) {
            skips.add(file, record, JsonNumbers.reason(broken));
            return null;
        }
        if (values.isEmpty()) {
            return null;
        }
        if (step < newest || step < 0) {
            skips.add(file, record, "step " + step + " comes after step " + newest);
            return null;
        }
        newest = step;
        return Row.of(record, OptionalLong.of(step), values);
    }

    private boolean nextFile() throws IOException {
        if (left.isEmpty()) {
            return false;
        }
        in.close();
        file = left.removeFirst();
        in = new BufferedInputStream(opener.open(file));
        record = 0;
        newest = -1;
        return true;
    }

    /** CRC-32C, turned and shifted so that it does not look like a checksum of itself. */
    private static int masked(byte[] bytes, int count) {
        CRC32C sum = new CRC32C();
        sum.update(bytes, 0, count);
        int value = (int) sum.getValue();
        return (value >>> 15 | value << 17) + 0xa282ead8;
    }

    @Override
    public long line() {
        return record;
    }

    /** Each number comes in an event of its own. */
    @Override
    public boolean stepsComeInParts() {
        return true;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
