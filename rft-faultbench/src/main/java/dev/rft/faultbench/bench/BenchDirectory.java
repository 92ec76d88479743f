package dev.rft.faultbench.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/** Whose a directory is, and who writes into it. */
final class BenchDirectory {

    private static final String MARK = "bench.json";
    private static final String VERSION = "bench_version";
    private static final ObjectMapper JSON = new ObjectMapper();

    private BenchDirectory() {}

    /**
     * Makes a directory the bench's, unless it is already.
     *
     * @param out the directory
     * @throws IOException when it is a file, cannot be written, or holds something that is not
     *     marked as the bench's, or of another version
     */
    static void open(Path out) throws IOException {
        if (Files.exists(out) && !Files.isDirectory(out)) {
            throw new IOException(out + ": must be a directory, is a file");
        }
        try {
            Files.createDirectories(out);
        } catch (IOException failed) {
            throw new IOException(out + ": could not be made: " + failed, failed);
        }
        Path mark = out.resolve(MARK);
        if (Files.exists(mark)) {
            int version = JSON.readTree(mark.toFile()).path(VERSION).asInt();
            if (version != FaultBench.VERSION) {
                throw new IOException(
                        String.format(
                                "%s: %s must be %d, was %d: its runs cannot be gone on with",
                                mark, VERSION, FaultBench.VERSION, version));
            }
            return;
        }
        List<Path> children;
        try (Stream<Path> all = Files.list(out)) {
            children = all.sorted().toList();
        }
        if (!children.isEmpty()) {
            throw new IOException(
                    out
                            + ": must be empty or hold "
                            + MARK
                            + " of the fault bench, holds "
                            + children.get(0).getFileName());
        }
        RunFiles.write(mark, RunFiles.object().put(VERSION, FaultBench.VERSION));
    }

    /**
     * Keeps other processes from one unit's runs for as long as the result is open, which is at
     * most as long as this process lives.
     *
     * @param out the directory
     * @param unit the unit's name
     * @throws IOException when another process has it
     */
    static Closeable lock(Path out, String unit) throws IOException {
        Path file = Files.createDirectories(out).resolve("." + unit + ".lock");
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException ours) {
            // Told of below: it makes no difference which process it is.
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
        if (lock == null) {
            throw new IOException(
                    unit + ": another process executes this unit in " + out + " (" + file + ")");
        }
        return channel;
    }

    /**
     * Checks that a label says what it is about to say.
     *
     * @param file the label; it need not be there
     * @param label what it is to say
     * @throws IOException when it says something else; the message names file and field
     */
    static void check(Path file, ObjectNode label) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        JsonNode there = JSON.readTree(file.toFile());
        if (there instanceof ObjectNode object && !object.has(VERSION)) {
            object.put(VERSION, 1);
        }
        // As it is when it is read: no two kinds of integers.
        JsonNode wanted = JSON.readTree(label.toString());
        for (Iterator<String> names = wanted.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!wanted.path(name).equals(there.path(name))) {
                throw new IOException(
                        String.format(
                                "%s: belongs to another plan: %s must be %s, was %s",
                                file, name, wanted.path(name), there.path(name)));
            }
        }
    }
}
