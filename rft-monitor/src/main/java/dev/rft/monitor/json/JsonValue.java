package dev.rft.monitor.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A value of a JSON text and where it stands. It is given out as what is asked for, or not at all:
 * a value of another type is an {@link IllegalArgumentException} that names the path, what must be
 * there and what was.
 *
 * @param node the value
 * @param path where it stands
 */
record JsonValue(JsonNode node, String path) {

    private static final int SHOWN = 80;

    String text() {
        return as("a string", node.isTextual()).textValue();
    }

    boolean flag() {
        return as("true or false", node.isBoolean()).booleanValue();
    }

    int integer() {
        return as("an integer of 32 bits", node.isIntegralNumber() && node.canConvertToInt())
                .intValue();
    }

    long longInteger() {
        return as("an integer of 64 bits", isLong()).longValue();
    }

    long count() {
        return as("an integer >= 0", isLong() && node.longValue() >= 0).longValue();
    }

    double finite() {
        return as("a finite number", node.isNumber() && Double.isFinite(node.doubleValue()))
                .doubleValue();
    }

    /** A number that {@link JsonText} wrote; one that is not finite is a string there. */
    double number() {
        if (node.isNumber()) {
            return node.doubleValue();
        }
        return switch (node.asText()) {
            case "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> as("a number", false).doubleValue();
        };
    }

    <E extends Enum<E>> E constant(List<E> allowed) {
        String name = text();
        return allowed.stream()
                .filter(constant -> constant.name().equals(name))
                .findFirst()
                .orElseThrow(() -> complaint("must be one of " + allowed + ", was '" + name + "'"));
    }

    <E extends Enum<E>> E constant(Class<E> type) {
        return constant(Arrays.asList(type.getEnumConstants()));
    }

    JsonNode object() {
        return as("an object", node.isObject());
    }

    /** The elements of an array. What is wrong with one is told with the array's path. */
    List<JsonValue> elements() {
        List<JsonValue> elements = new ArrayList<>();
        for (JsonNode element : as("an array", node.isArray())) {
            elements.add(new JsonValue(element, path));
        }
        return elements;
    }

    String textOfMany() {
        return as("strings", node.isTextual()).textValue();
    }

    long longOfMany() {
        return as("integers of 64 bits", isLong()).longValue();
    }

    JsonNode objectOfMany() {
        return as("objects", node.isObject());
    }

    private boolean isLong() {
        return node.isIntegralNumber() && node.canConvertToLong();
    }

    private JsonNode as(String wanted, boolean fits) {
        if (!fits) {
            throw complaint("must be " + wanted + ", was " + shown());
        }
        return node;
    }

    private IllegalArgumentException complaint(String what) {
        return new IllegalArgumentException(path.isEmpty() ? what : path + ": " + what);
    }

    private String shown() {
        String text = node.isMissingNode() ? "nothing" : node.toString();
        return text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
    }
}
