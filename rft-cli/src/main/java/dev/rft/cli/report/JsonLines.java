package dev.rft.cli.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The objects of a JSON-lines file. A process that is killed may leave a torn line at the end, and
 * one that resumes then leaves it in the middle: torn lines are passed over and counted.
 *
 * @param objects one per whole line
 * @param torn how many lines were not a whole JSON object
 */
record JsonLines(List<JsonNode> objects, int torn) {

    JsonLines {
        objects = List.copyOf(objects);
    }

    static JsonLines read(Path file) throws IOException {
        ObjectReader reader =
                JsonMapper.builder()
                        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                        .build()
                        .reader();
        List<JsonNode> objects = new ArrayList<>();
        int torn = 0;
        // A decoder made by InputStreamReader replaces bytes cut within a character;
        // Files.newBufferedReader
        // would throw on them.
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(
                                Files.newInputStream(file), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isBlank()) {
                    continue;
                }
                Optional<JsonNode> object = parse(reader, line);
                object.ifPresent(objects::add);
                torn += object.isPresent() ? 0 : 1;
            }
        }
        return new JsonLines(objects, torn);
    }

    private static Optional<JsonNode> parse(ObjectReader reader, String line) {
        try {
            return Optional.of(reader.readTree(line)).filter(JsonNode::isObject);
        } catch (JsonProcessingException torn) {
            return Optional.empty();
        }
    }

    static OptionalLong optionalLong(JsonNode object, String key) {
        JsonNode value = object.path(key);
        return value.isNumber() ? OptionalLong.of(value.asLong()) : OptionalLong.empty();
    }

    static OptionalDouble optionalDouble(JsonNode object, String key) {
        return number(object.path(key));
    }

    static Optional<String> optionalText(JsonNode object, String key) {
        return object.hasNonNull(key) ? Optional.of(object.path(key).asText()) : Optional.empty();
    }

    /** JSON has no name for a number that is not finite, so the files write it as a string. */
    static OptionalDouble number(JsonNode value) {
        if (value.isNumber()) {
            return OptionalDouble.of(value.asDouble());
        }
        return switch (value.asText("")) {
            case "NaN" -> OptionalDouble.of(Double.NaN);
            case "Infinity" -> OptionalDouble.of(Double.POSITIVE_INFINITY);
            case "-Infinity" -> OptionalDouble.of(Double.NEGATIVE_INFINITY);
            default -> OptionalDouble.empty();
        };
    }
}
