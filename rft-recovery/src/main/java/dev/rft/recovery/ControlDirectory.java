package dev.rft.recovery;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.json.JsonFields;
import dev.rft.recovery.internal.ActionWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory through which a training process and its supervisor speak; {@code docs/run.md} is
 * the contract. Files appear whole, under their names, by renaming. What the process writes is not
 * trusted: a file that cannot be read counts as not there, and is told of once.
 */
final class ControlDirectory {

    private static final Logger LOG = LoggerFactory.getLogger(ControlDirectory.class);
    private static final int VERSION = 1;

    /** A control file is a few lines; more is something else. */
    private static final int LONGEST = 1 << 20;

    /** What the process answers. */
    record Ack(boolean done, OptionalLong step, String reason) {}

    private final Path directory;
    private final JsonFactory json = new JsonFactory();
    private long sequence;
    private RemoteOffer offer = RemoteOffer.NOTHING;
    private byte[] offerRead = new byte[0];
    private byte[] badAck = new byte[0];

    /**
     * Makes the directory, without the files of an earlier run.
     *
     * @throws IOException when it cannot be written
     */
    ControlDirectory(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
        Files.deleteIfExists(file("capabilities.json"));
        clear();
    }

    private Path file(String name) {
        return directory.resolve(name);
    }

    /** Removes decision and answer: the process that they were for is gone. */
    void clear() throws IOException {
        Files.deleteIfExists(file("decision.json"));
        Files.deleteIfExists(file("ack.json"));
    }

    /**
     * Hands a decision over. It replaces the one before.
     *
     * @param action what to do
     * @param after the step that was seen last
     * @param resumeAfter the step to go back to; empty to go on
     * @param cause the id of the cause
     * @return the decision's number
     */
    long decide(RecoveryAction action, StepKey after, OptionalLong resumeAfter, String cause)
            throws IOException {
        sequence++;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = json.createGenerator(bytes)) {
            out.writeStartObject();
            out.writeNumberField("version", VERSION);
            out.writeNumberField("sequence", sequence);
            ActionWriter.write(out, action);
            out.writeNumberField("after", after.step());
            if (resumeAfter.isPresent()) {
                out.writeNumberField("resumeAfter", resumeAfter.getAsLong());
            }
            out.writeStringField("cause", cause);
            out.writeEndObject();
        }
        bytes.write('\n');
        Path whole = file("decision.json.tmp");
        Files.write(whole, bytes.toByteArray());
        Files.move(
                whole,
                file("decision.json"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        return sequence;
    }

    /** Returns the answer to a decision, if there is one. */
    Optional<Ack> ack(long number) {
        byte[] bytes = read("ack.json");
        if (bytes.length == 0 || Arrays.equals(bytes, badAck)) {
            return Optional.empty();
        }
        try {
            JsonFields ack = JsonFields.parse(bytes);
            if (ack.count("sequence") != number) {
                return Optional.empty();
            }
            String status = ack.text("status");
            if (!status.equals("done") && !status.equals("refused")) {
                throw new IllegalArgumentException(
                        "status: must be done or refused, was '" + status + "'");
            }
            boolean step = ack.has("step");
            boolean reason = ack.has("reason");
            return Optional.of(
                    new Ack(
                            status.equals("done"),
                            step ? OptionalLong.of(ack.count("step")) : OptionalLong.empty(),
                            reason ? ack.text("reason") : ""));
        } catch (IllegalArgumentException e) {
            // It may be half-written; the same bytes are not looked at again.
            LOG.warn("{}: {}", file("ack.json"), e.getMessage());
            badAck = bytes;
            return Optional.empty();
        }
    }

    /** Returns what the process offers now; what it offered last while that cannot be read. */
    RemoteOffer offer() {
        byte[] bytes = read("capabilities.json");
        if (bytes.length == 0 || Arrays.equals(bytes, offerRead)) {
            return offer;
        }
        offerRead = bytes;
        try {
            offer = RemoteOffer.parse(bytes);
        } catch (IllegalArgumentException e) {
            LOG.warn("{}: {}", file("capabilities.json"), e.getMessage());
        }
        return offer;
    }

    private byte[] read(String name) {
        Path file = file(name);
        try {
            if (!Files.exists(file)) {
                return new byte[0];
            }
            if (Files.size(file) > LONGEST) {
                return "too long".getBytes(StandardCharsets.US_ASCII);
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException gone) {
            return new byte[0];
        } catch (IOException e) {
            LOG.warn("{} cannot be read", file, e);
            return new byte[0];
        }
    }
}
