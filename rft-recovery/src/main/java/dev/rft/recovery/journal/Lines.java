package dev.rft.recovery.journal;

import dev.rft.monitor.json.JsonFields;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How far a {@link LineFile} is whole: header, JSON and sequence were checked line by line.
 *
 * @param count how many lines follow the header
 * @param wholeBytes how many bytes the whole lines take, the header included; 0 without a header
 * @param torn whether an incomplete line follows
 */
record Lines(long count, long wholeBytes, boolean torn) {

    /** No line of ours is longer; what is longer is no file of ours. */
    private static final int MAX_LINE = 16 << 20;

    /** Takes the object of a line. */
    @FunctionalInterface
    interface Sink {
        void accept(long line, JsonFields object) throws IOException;
    }

    /**
     * Reads a file.
     *
     * @param sink takes the lines after the header, in order
     * @param mayBeMissing whether a file that is not there, or has not even its header, is empty
     * @throws IOException when it cannot be read, or is not what it should be; the message names
     *     file and line
     */
    static Lines read(Path path, String schema, int version, boolean mayBeMissing, Sink sink)
            throws IOException {
        if (mayBeMissing && !Files.exists(path)) {
            return new Lines(0, 0, false);
        }
        long whole = 0;
        long number = 0;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path), 1 << 16)) {
            ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
            for (int b = in.read(); b >= 0; b = in.read()) {
                if (b != '\n') {
                    if (line.size() == MAX_LINE) {
                        throw bad(path, number + 1, "must be at most 16 MiB long");
                    }
                    line.write(b);
                    continue;
                }
                number++;
                whole += line.size() + 1L;
                JsonFields object = parse(path, number, line.toString(StandardCharsets.UTF_8));
                line.reset();
                if (number == 1) {
                    checkHeader(path, object, schema, version);
                } else {
                    checkSequence(path, number, object);
                    sink.accept(number, object);
                }
            }
            if (number == 0) {
                checkTornHeader(path, line.toString(StandardCharsets.UTF_8), schema, version);
            }
            if (number == 0 && !mayBeMissing) {
                throw bad(path, 1, "must be the header of " + schema + ", was incomplete");
            }
            return new Lines(Math.max(0, number - 1), whole, line.size() > 0);
        }
    }

    private static JsonFields parse(Path path, long number, String line) throws IOException {
        try {
            return JsonFields.parse(line);
        } catch (IllegalArgumentException e) {
            throw bad(path, number, "must be a JSON object, was '" + start(line) + "'");
        }
    }

    private static String start(String line) {
        return line.length() <= 60 ? line : line.substring(0, 60) + "...";
    }

    private static void checkHeader(Path path, JsonFields header, String schema, int version)
            throws IOException {
        String was = "";
        int written = 0;
        try {
            was = header.text("schema");
            written = header.integer("version");
        } catch (IllegalArgumentException e) {
            // No schema, or none of ours: told of below.
        }
        if (!was.equals(schema)) {
            throw bad(path, 1, "schema: must be " + schema + ", was '" + was + "'");
        }
        if (written != version) {
            String newer = written > version ? ": it was written by a newer rft" : "";
            throw bad(path, 1, "version: must be " + version + ", was " + written + newer);
        }
    }

    /** A file without a line break may be one of ours that was cut at once, or nobody's to cut. */
    private static void checkTornHeader(Path path, String torn, String schema, int version)
            throws IOException {
        String whole = "{\"schema\":\"" + schema + "\",\"version\":" + version + "}";
        if (!whole.startsWith(torn)) {
            throw bad(path, 1, "must be the header of " + schema + ", was '" + start(torn) + "'");
        }
    }

    private static void checkSequence(Path path, long number, JsonFields object)
            throws IOException {
        long expected = number - 1;
        long sequence;
        try {
            sequence = object.longInteger("seq");
        } catch (IllegalArgumentException e) {
            throw bad(path, number, String.valueOf(e.getMessage()));
        }
        if (sequence != expected) {
            throw bad(
                    path,
                    number,
                    "seq: must be "
                            + expected
                            + ", was "
                            + sequence
                            + ": lines are missing or doubled");
        }
    }

    /** Returns the error of a line. */
    static IOException bad(Path path, long number, String what) {
        return new IOException(path + ", line " + number + ": " + what);
    }
}
