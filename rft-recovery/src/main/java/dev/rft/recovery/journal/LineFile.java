package dev.rft.recovery.journal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.rft.monitor.json.JsonFields;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A file of JSON objects, one per line, that only grows. The first line names the schema and its
 * version; each later one has a sequence number, from 1 without a gap.
 *
 * <p>Each line is written with one call and is ASCII, so that a process killed while writing leaves
 * at most one incomplete line, the last. It was never there: whoever opens the file next cuts it
 * off, and so does the next write after one that failed, on a full disk for instance.
 *
 * <p>A random access file rather than a channel: an interrupt closes a channel that is being
 * written to, and a run that ends by interruption has to be able to say so. The file is locked
 * while it is open, where the file system can: two writers would tear each other's lines.
 */
final class LineFile implements Closeable {

    /** Writes the fields of an object. */
    @FunctionalInterface
    interface Fields {
        void writeTo(JsonGenerator json) throws IOException;
    }

    /** Opens a file for reading and writing, and makes it when it is missing. */
    @FunctionalInterface
    interface Opener {
        RandomAccessFile open(Path path) throws IOException;
    }

    /** How files are opened but in tests of failing disks. */
    static final Opener DISK = path -> new RandomAccessFile(path.toFile(), "rw");

    private final JsonFactory factory =
            JsonFactory.builder()
                    .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                    .enable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
                    .build();
    private final RandomAccessFile file;
    private final Optional<JsonFields> last;
    private long end;
    private long sequence;

    /**
     * Opens a file for appending, or makes it.
     *
     * @throws IOException when it cannot be written, is being written by another, is of another
     *     schema or version, or has a line that is damaged; it is unchanged then
     */
    LineFile(Path path, String schema, int version, Opener opener) throws IOException {
        AtomicReference<@Nullable JsonFields> newest = new AtomicReference<>();
        Lines lines = Lines.read(path, schema, version, true, (line, object) -> newest.set(object));
        last = Optional.ofNullable(newest.get());
        file = opener.open(path);
        try {
            lock(path);
            end = lines.wholeBytes();
            sequence = lines.count();
            if (file.length() > end) {
                file.setLength(end);
            }
            if (end == 0) {
                write(
                        json -> {
                            json.writeStringField("schema", schema);
                            json.writeNumberField("version", version);
                        });
            }
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private void lock(Path path) throws IOException {
        @Nullable FileLock lock;
        try {
            lock = file.getChannel().tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        } catch (IOException e) {
            return; // a file system without locks
        }
        if (lock == null) {
            throw new IOException(path + ": is being written by another run");
        }
    }

    /** Returns the last object that was there when the file was opened, without the header. */
    Optional<JsonFields> last() {
        return last;
    }

    /** Writes one object as a line, numbers it, and hands it to the operating system. */
    void append(Fields fields) throws IOException {
        write(
                json -> {
                    json.writeNumberField("seq", sequence + 1);
                    fields.writeTo(json);
                });
        sequence++;
    }

    private void write(Fields fields) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        try (JsonGenerator json = factory.createGenerator(line)) {
            json.writeStartObject();
            fields.writeTo(json);
            json.writeEndObject();
        }
        line.write('\n');
        if (file.length() > end) {
            file.setLength(end); // what a failed write has left
        }
        file.seek(end);
        file.write(line.toByteArray());
        end += line.size();
    }

    /** Waits until everything written so far is on the disk. */
    void force() throws IOException {
        file.getFD().sync();
    }

    @Override
    public void close() throws IOException {
        if (!file.getFD().valid()) {
            return;
        }
        try {
            force();
        } finally {
            file.close();
        }
    }
}
