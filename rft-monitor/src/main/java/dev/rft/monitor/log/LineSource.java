package dev.rft.monitor.log;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The lines of a stream, as bytes of UTF-8. A line ends at a line feed or at a carriage return,
 * with which a console draws a progress bar anew; blank ones are passed over. No more than one line
 * is in memory, and no line that is longer than the limit.
 */
final class LineSource implements Closeable {

    /** No line of any trainer comes near it; a binary file taken for text does. */
    static final int LONGEST = 8 << 20;

    private static final int CHUNK = 1 << 16;

    /** Eight bytes are looked at at once. */
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private static final long ONES = 0x0101010101010101L;
    private static final long LINE_FEEDS = '\n' * ONES;
    private static final long CARRIAGE_RETURNS = '\r' * ONES;

    private final InputStream in;
    private final boolean lastMayBeTorn;
    private final int longest;
    private byte[] bytes = new byte[CHUNK];
    private int begin;
    private int scanned;
    private int limit;
    private long breaks;
    private boolean dropping;
    private boolean first = true;

    private int start;
    private int length;
    private long line;
    private boolean tooLong;

    /**
     * Reads a stream.
     *
     * @param in the stream, closed with this
     * @param lastMayBeTorn whether the stream may grow: then a last line without its end waits
     */
    LineSource(InputStream in, boolean lastMayBeTorn) {
        this(in, lastMayBeTorn, LONGEST);
    }

    LineSource(InputStream in, boolean lastMayBeTorn, int longest) {
        this.in = in;
        this.lastMayBeTorn = lastMayBeTorn;
        this.longest = longest;
    }

    /** Goes to the next line; false when there is none, yet or at all. */
    boolean next() throws IOException {
        while (true) {
            scanned = nextBreak(scanned);
            while (scanned < limit) {
                byte value = bytes[scanned++];
                if (end(scanned - 1, value == '\n')) {
                    return true;
                }
                scanned = nextBreak(scanned);
            }
            if (limit - begin > longest) {
                dropping = true;
                begin = 0;
                scanned = 0;
                limit = 0;
            }
            if (!fill()) {
                return !lastMayBeTorn && (begin < limit || dropping) && end(limit, false);
            }
        }
    }

    /** Returns where the next line feed or carriage return is; the limit for nowhere. */
    private int nextBreak(int from) {
        int at = from;
        while (at <= limit - Long.BYTES) {
            long eight = (long) LONGS.get(bytes, at);
            if ((zeros(eight ^ LINE_FEEDS) | zeros(eight ^ CARRIAGE_RETURNS)) != 0) {
                break;
            }
            at += Long.BYTES;
        }
        while (at < limit && bytes[at] != '\n' && bytes[at] != '\r') {
            at++;
        }
        return at;
    }

    /** Returns something other than 0 if a byte of eight is 0 (Warren, Hacker's Delight, 6-1). */
    private static long zeros(long eight) {
        return (eight - ONES) & ~eight & (ONES << 7);
    }

    /** Takes what is before a line's end; false when that is nothing. */
    private boolean end(int end, boolean lineFeed) {
        start = begin;
        length = end - begin;
        line = breaks + 1;
        tooLong = dropping;
        dropping = false;
        begin = Math.min(end + 1, limit);
        if (lineFeed) {
            breaks++;
        }
        return tooLong || !blank();
    }

    private boolean blank() {
        for (int i = start; i < start + length; i++) {
            if (bytes[i] != ' ' && bytes[i] != '\t') {
                return false;
            }
        }
        return true;
    }

    private boolean fill() throws IOException {
        if (begin > 0) {
            System.arraycopy(bytes, begin, bytes, 0, limit - begin);
            scanned -= begin;
            limit -= begin;
            begin = 0;
        }
        if (limit == bytes.length) {
            bytes = Arrays.copyOf(bytes, bytes.length * 2);
        }
        int read = in.read(bytes, limit, bytes.length - limit);
        if (read < 0) {
            return false;
        }
        limit += read;
        if (first && limit > 0) {
            first = false;
            begin = limit >= 3 && bytes[0] == (byte) 0xEF && bytes[1] == (byte) 0xBB ? 3 : 0;
            scanned = begin;
        }
        return true;
    }

    /** Returns the number of the line, from 1. */
    long line() {
        return line;
    }

    /** Returns its length in bytes. */
    int length() {
        return length;
    }

    /** Tells whether the line was longer than the limit; nothing of it is kept then. */
    boolean tooLong() {
        return tooLong;
    }

    /** Returns a parser of the line's bytes, for use before the next line. */
    JsonParser parser(JsonFactory factory) throws IOException {
        return factory.createParser(bytes, start, length);
    }

    /** Returns the line as text; what is not UTF-8 is replaced. */
    String text() {
        return new String(bytes, start, length, StandardCharsets.UTF_8);
    }

    /** Returns the first byte of the line that is no space, 0 for none. */
    byte firstByte() {
        for (int i = start; i < start + length; i++) {
            if (bytes[i] != ' ' && bytes[i] != '\t') {
                return bytes[i];
            }
        }
        return 0;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
