package dev.rft.recovery.snapshot;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rft.api.control.InvalidSnapshotException;
import dev.rft.monitor.json.JsonFields;
import dev.rft.monitor.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The index of a stored snapshot. The last to be written: without it there is no snapshot.
 *
 * <p>JSON, with a checksum over itself as the last field: the SHA-256 of the file's bytes with
 * zeros in the checksum's place. So every changed bit of a snapshot is noticed.
 *
 * @param info what is known of the snapshot
 * @param files its files by name
 */
record Manifest(SnapshotInfo info, SortedMap<String, Part> files) {

    static final String FILE = "manifest.json";

    /** Far more than any real one, so that a foreign file is not read into memory. */
    static final int MAX_BYTES = 16 << 20;

    private static final String FORMAT = "rft-snapshot";
    private static final int VERSION = 1;
    private static final String NO_CHECKSUM = "0".repeat(64);
    private static final String END = "\"\n}\n";

    /**
     * A file.
     *
     * @param size its bytes
     * @param sha256 their hash
     * @param shared whether it lies among the shared files, under its hash
     */
    record Part(long size, String sha256, boolean shared) {
        Part {
            Hashes.check(sha256);
            if (size < 0) {
                throw new IllegalArgumentException("size: must be >= 0, was " + size);
            }
        }
    }

    Manifest {
        Objects.requireNonNull(info, "info");
        files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
        files.keySet().forEach(Names::check);
    }

    Manifest proven() {
        return new Manifest(info.proven(), files);
    }

    byte[] toBytes() {
        ObjectNode json = JsonText.object();
        json.put("format", FORMAT).put("version", VERSION).put("run", info.runId());
        json.put("step", info.key().step());
        json.put("attempt", info.key().attempt());
        json.put("incarnation", info.key().incarnation());
        json.put("created", info.created().toString());
        json.put("good", info.good());
        json.put("resumable", info.resumable());
        ObjectNode provenance = json.putObject("provenance");
        new TreeMap<>(info.provenance()).forEach(provenance::put);
        ArrayNode list = json.putArray("files");
        files.forEach(
                (name, part) ->
                        list.addObject()
                                .put("name", name)
                                .put("size", part.size())
                                .put("sha256", part.sha256())
                                .put("shared", part.shared()));
        json.put("checksum", NO_CHECKSUM);
        byte[] bytes = JsonText.pretty(json);
        byte[] checksum = Hashes.sha256(bytes).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(checksum, 0, bytes, checksumAt(bytes), checksum.length);
        return bytes;
    }

    /**
     * Reads one.
     *
     * @param bytes what {@link #toBytes} returned, or anything else
     * @param file the name to complain under
     */
    static Manifest parse(byte[] bytes, String file) throws InvalidSnapshotException {
        try {
            JsonFields json = JsonFields.parse(bytes);
            // First the version: of a newer one nothing else can be said.
            json.expect("format", FORMAT, VERSION);
            checkSum(bytes, json.text("checksum"));
            Manifest manifest = new Manifest(info(json), files(json));
            json.end();
            return manifest;
        } catch (IllegalArgumentException | DateTimeParseException e) {
            throw new InvalidSnapshotException(file, String.valueOf(e.getMessage()), e);
        }
    }

    private static SnapshotInfo info(JsonFields json) {
        return new SnapshotInfo(
                json.text("run"),
                json.key(),
                Instant.parse(json.text("created")),
                json.flag("good"),
                json.flag("resumable"),
                json.textMap("provenance"));
    }

    private static SortedMap<String, Part> files(JsonFields json) {
        SortedMap<String, Part> files = new TreeMap<>();
        for (Map.Entry<String, Part> file : json.list("files", Manifest::file)) {
            if (files.put(file.getKey(), file.getValue()) != null) {
                throw new IllegalArgumentException(
                        "files: must have one " + file.getKey() + ", has more");
            }
        }
        return files;
    }

    private static Map.Entry<String, Part> file(JsonFields entry) {
        String name = Names.check(entry.text("name"));
        Part part = new Part(entry.count("size"), entry.text("sha256"), entry.flag("shared"));
        entry.end();
        return Map.entry(name, part);
    }

    private static void checkSum(byte[] bytes, String checksum) {
        byte[] without = bytes.clone();
        int at = checksumAt(without);
        if (at < 0) {
            throw new IllegalArgumentException("is too short for a manifest");
        }
        System.arraycopy(
                NO_CHECKSUM.getBytes(StandardCharsets.US_ASCII), 0, without, at, checksum.length());
        if (!Hashes.sha256(without).equals(checksum)) {
            throw new IllegalArgumentException("is damaged: its checksum does not hold");
        }
    }

    private static int checksumAt(byte[] bytes) {
        return bytes.length - END.length() - NO_CHECKSUM.length();
    }
}
