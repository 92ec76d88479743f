package dev.rft.monitor.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;

/** JSON to write. {@link JsonFields} reads it. */
public final class JsonText {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private JsonText() {}

    /** Returns an empty object to write. */
    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /**
     * Returns an object as indented UTF-8 with a line break at its end.
     *
     * @param json the object
     */
    public static byte[] pretty(ObjectNode json) {
        DefaultIndenter lines = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter().withObjectIndenter(lines);
        printer.indentArraysWith(lines);
        try {
            String text = MAPPER.writer(printer).writeValueAsString(json);
            return (text + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values can be written", e);
        }
    }

    /**
     * Returns a value as UTF-8 in one line.
     *
     * @param json the value
     */
    public static byte[] compact(JsonNode json) {
        try {
            return MAPPER.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values can be written", e);
        }
    }

    /**
     * Writes numbers so that they come back bit for bit: with as many digits as tell them from
     * their neighbours, and as a string what JSON has no number for.
     *
     * @param array where they are added
     * @param numbers the numbers
     */
    public static void add(ArrayNode array, double... numbers) {
        for (double number : numbers) {
            array.add(number); // Jackson quotes what is not finite
        }
    }
}
