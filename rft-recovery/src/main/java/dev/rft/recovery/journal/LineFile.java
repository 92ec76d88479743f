package dev.rft.recovery.journal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/**
 * A file of JSON objects, one per line, that only grows. The first line names the schema and its
 * version.
 *
 * <p>Each line is written with one call and is ASCII, so that a process killed while writing leaves
 * at most one incomplete line, the last. Whoever opens the file next completes it with a line
 * break: that line stays unreadable, all later ones are sound.
 *
 * <p>Plain streams rather than a file channel: an interrupt closes a channel that is being written
 * to, and a run that ends by interruption has to be able to say so.
 */
final class LineFile implements Closeable {

    /** Writes the fields of an object. */
    @FunctionalInterface
    interface Fields {
        void writeTo(JsonGenerator json) throws IOException;
    }

    private final JsonFactory factory =
            JsonFactory.builder()
                    .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                    .enable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
                    .build();
    private final FileOutputStream out;
    private boolean torn;

    /** Opens a file for appending, or makes it. */
    LineFile(Path file, String schema, int version) throws IOException {
        boolean headed = completeLastLine(file);
        out = new FileOutputStream(file.toFile(), true);
        try {
            if (!headed) {
                append(
                        json -> {
                            json.writeStringField("schema", schema);
                            json.writeNumberField("version", version);
                        });
            }
        } catch (IOException | RuntimeException e) {
            out.close();
            throw e;
        }
    }

    /** Writes one object as a line and hands it to the operating system. */
    void append(Fields fields) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        try (JsonGenerator json = factory.createGenerator(line)) {
            json.writeStartObject();
            fields.writeTo(json);
            json.writeEndObject();
        }
        line.write('\n');
        if (torn) {
            out.write('\n'); // what a failed write left behind stays a line of its own
            torn = false;
        }
        try {
            out.write(line.toByteArray());
        } catch (IOException e) {
            torn = true;
            throw e;
        }
    }

    /** Waits until everything written so far is on the disk. */
    void force() throws IOException {
        out.getFD().sync();
    }

    @Override
    public void close() throws IOException {
        if (out.getFD().valid()) {
            force();
        }
        out.close();
    }

    /**
     * Ends an incomplete last line. Tells whether the file begins with a complete line, which then
     * is the header.
     */
    private static boolean completeLastLine(Path path) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            boolean headed = file.readLine() != null && endsWithBreak(file, file.getFilePointer());
            if (!endsWithBreak(file, file.length())) {
                file.seek(file.length());
                file.write('\n');
            }
            return headed;
        }
    }

    private static boolean endsWithBreak(RandomAccessFile file, long end) throws IOException {
        if (end == 0) {
            return true; // an empty file has no line to complete
        }
        file.seek(end - 1);
        return file.read() == '\n';
    }
}
