package dev.rft.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rft.cli.WholeFile;
import dev.rft.monitor.json.JsonSyntax;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What a demo was asked for and what came of it.
 *
 * @param seed the seed of both runs
 * @param steps how many training steps each run takes
 * @param fault the name of the fault, {@code none} when there was none
 * @param faultSentence what happened, as the beginning of a sentence: the step follows it
 * @param onsetStep the step at which the fault struck
 * @param detectedStep the step of the first alarm
 * @param diagnosis the id of the cause that was named
 * @param actions what was done, a line each; copied
 * @param accuracyBeforeFault held-out accuracy before the onset, in [0, 1]
 * @param accuracySupervised held-out accuracy of the supervised run at its end, in [0, 1]
 * @param accuracyUnsupervised held-out accuracy of the unsupervised twin at its end, in [0, 1]
 * @param seconds wall time of both runs
 */
public record Summary(
        long seed,
        long steps,
        String fault,
        String faultSentence,
        OptionalLong onsetStep,
        OptionalLong detectedStep,
        Optional<String> diagnosis,
        List<String> actions,
        OptionalDouble accuracyBeforeFault,
        double accuracySupervised,
        double accuracyUnsupervised,
        double seconds) {

    private static final List<String> REQUIRED =
            List.of(
                    "seed",
                    "steps",
                    "fault",
                    "fault_sentence",
                    "accuracy_supervised",
                    "accuracy_unsupervised",
                    "seconds");

    /** Copies the list and checks that nothing is missing. */
    public Summary {
        Objects.requireNonNull(fault, "fault");
        Objects.requireNonNull(faultSentence, "faultSentence");
        Objects.requireNonNull(onsetStep, "onsetStep");
        Objects.requireNonNull(detectedStep, "detectedStep");
        Objects.requireNonNull(diagnosis, "diagnosis");
        Objects.requireNonNull(accuracyBeforeFault, "accuracyBeforeFault");
        actions = List.copyOf(actions);
        if (steps < 1) {
            throw new IllegalArgumentException("steps: must be >= 1, was " + steps);
        }
    }

    /**
     * Returns the object that the command prints: every key always there, {@code null} for what is
     * absent.
     */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("seed", seed);
        json.put("fault", fault);
        json.put("onset_step", onsetStep.isPresent() ? onsetStep.getAsLong() : null);
        json.put("detected_step", detectedStep.isPresent() ? detectedStep.getAsLong() : null);
        json.put("diagnosis", diagnosis.orElse(null));
        ArrayNode list = json.putArray("actions");
        actions.forEach(list::add);
        json.put(
                "accuracy_before_fault",
                accuracyBeforeFault.isPresent() ? accuracyBeforeFault.getAsDouble() : null);
        json.put("accuracy_supervised", accuracySupervised);
        json.put("accuracy_unsupervised", accuracyUnsupervised);
        json.put("seconds", seconds);
        return json;
    }

    /**
     * Writes this to a file, whole or not at all.
     *
     * @param file the file
     * @throws IOException when it cannot be written
     */
    public void write(Path file) throws IOException {
        ObjectNode json = toJson();
        json.put("steps", steps);
        json.put("fault_sentence", faultSentence);
        WholeFile.write(file, json.toPrettyString() + "\n");
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @param file the file
     * @return the summary
     * @throws IOException when it cannot be read or a key is missing
     */
    public static Summary read(Path file) throws IOException {
        JsonNode json = JsonSyntax.read(file);
        for (String key : REQUIRED) {
            if (!json.hasNonNull(key)) {
                throw new IOException(file + ": " + key + ": must be there, was missing");
            }
        }
        List<String> actions = new ArrayList<>();
        json.path("actions").forEach(action -> actions.add(action.asText()));
        return new Summary(
                json.path("seed").asLong(),
                json.path("steps").asLong(),
                json.path("fault").asText(),
                json.path("fault_sentence").asText(),
                JsonLines.optionalLong(json, "onset_step"),
                JsonLines.optionalLong(json, "detected_step"),
                JsonLines.optionalText(json, "diagnosis"),
                actions,
                JsonLines.optionalDouble(json, "accuracy_before_fault"),
                json.path("accuracy_supervised").asDouble(),
                json.path("accuracy_unsupervised").asDouble(),
                json.path("seconds").asDouble());
    }
}
