package dev.rft.monitor.log;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.NumberInput;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.rft.monitor.json.JsonSyntax;
import dev.rft.monitor.log.Names.Name;
import java.io.IOException;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Numbers out of JSON as trainers write it: bare NaN, numbers in quotes, things beside them. */
final class JsonNumbers {

    /** A step of any trainer has some dozens of numbers. */
    static final int MOST = 10_000;

    private static final int DEEPEST = 200;
    private static final int LONGEST_NUMBER = 1_000;
    private static final int LONGEST_NAME = 10_000;
    private static final double LARGEST_STEP = 1L << 53;

    private JsonNumbers() {}

    /** Returns a factory for parsers with limits on what a hostile file can cost. */
    static JsonFactory factory() {
        return JsonFactory.builder()
                .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                .streamReadConstraints(
                        StreamReadConstraints.builder()
                                .maxNestingDepth(DEEPEST)
                                .maxNumberLength(LONGEST_NUMBER)
                                .maxNameLength(LONGEST_NAME)
                                .build())
                .build();
    }

    /**
     * Reads the numbers of an object that the parser stands at the beginning of. What is no number
     * is passed over.
     *
     * @param json the parser; stands at the object's end afterwards
     * @param missing what null stands for; empty when for nothing
     * @param into receives the numbers by name
     */
    static void read(JsonParser json, OptionalDouble missing, Numbers into) throws IOException {
        while (true) {
            Name expected = into.expected();
            boolean found = expected != null && json.nextFieldName(expected.quoted());
            if (expected == null) {
                json.nextToken();
            }
            if (json.currentToken() != JsonToken.FIELD_NAME) {
                break;
            }
            String text = found ? "" : json.currentName();
            JsonToken token = json.nextToken();
            if (token == null) {
                break;
            }
            OptionalDouble value = value(json, token, missing);
            if (value.isPresent()) {
                if (found && expected != null) {
                    into.put(expected, value.getAsDouble());
                } else {
                    into.put(text, value.getAsDouble());
                }
                if (into.size() > MOST) {
                    throw new JsonParseException(json, "more than " + MOST + " numbers");
                }
            }
        }
        if (json.currentToken() != JsonToken.END_OBJECT) {
            throw new JsonParseException(json, "the object does not end");
        }
    }

    private static OptionalDouble value(JsonParser json, JsonToken token, OptionalDouble missing)
            throws IOException {
        return switch (token) {
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> OptionalDouble.of(json.getDoubleValue());
            case VALUE_STRING -> parse(json.getText());
            case VALUE_NULL -> missing;
            case START_OBJECT, START_ARRAY -> {
                json.skipChildren();
                yield OptionalDouble.empty();
            }
            default -> OptionalDouble.empty();
        };
    }

    /** Reads a number as Python or Java print it; empty when the text is none. */
    static OptionalDouble parse(String text) {
        if (text.isEmpty() || text.length() > LONGEST_NUMBER) {
            return OptionalDouble.empty();
        }
        switch (text) {
            case "nan", "NaN" -> {
                return OptionalDouble.of(Double.NaN);
            }
            case "inf", "Infinity" -> {
                return OptionalDouble.of(Double.POSITIVE_INFINITY);
            }
            case "-inf", "-Infinity" -> {
                return OptionalDouble.of(Double.NEGATIVE_INFINITY);
            }
            default -> {
                return decimal(text);
            }
        }
    }

    private static OptionalDouble decimal(String text) {
        for (int i = 0; i < text.length(); i++) {
            // Java would take 1d and 0x1p3 for numbers too.
            char c = text.charAt(i);
            boolean digit = c >= '0' && c <= '9';
            if (!digit && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E') {
                return OptionalDouble.empty();
            }
        }
        try {
            return OptionalDouble.of(NumberInput.parseDouble(text, true));
        } catch (NumberFormatException none) {
            return OptionalDouble.empty();
        }
    }

    /** Reads a step as Python or Java print it; empty when the text is none. */
    static OptionalLong step(String text) {
        OptionalDouble value = parse(text);
        return value.isPresent() ? step(value.getAsDouble()) : OptionalLong.empty();
    }

    /** Returns a number as a step, empty when it is none: not whole, negative, too large. */
    static OptionalLong step(double value) {
        return value >= 0 && value <= LARGEST_STEP && value == Math.rint(value)
                ? OptionalLong.of((long) value)
                : OptionalLong.empty();
    }

    /** Returns what a parser complains of, without the place, in one line. */
    static String reason(IOException broken) {
        return JsonSyntax.complaint(broken);
    }
}
