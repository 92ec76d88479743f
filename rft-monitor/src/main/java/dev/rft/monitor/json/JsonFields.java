package dev.rft.monitor.json;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * An object of a JSON text that is read without benevolence: a missing, repeated or ill-typed field
 * is an {@link IllegalArgumentException} that names its path and what was there. So is an unknown
 * one, when {@link #only} or {@link #end} asks for it: files that newer versions may write to are
 * read without.
 */
public final class JsonFields {

    private final JsonNode node;
    private final String path;
    private final Set<String> asked = new LinkedHashSet<>();

    private JsonFields(JsonNode node, String path) {
        this.node = node;
        this.path = path;
    }

    /**
     * Reads an object.
     *
     * @param bytes UTF-8
     * @return its fields
     */
    public static JsonFields parse(byte[] bytes) {
        return of(JsonSyntax.tree(bytes));
    }

    /**
     * Reads an object.
     *
     * @param text the text
     * @return its fields
     */
    public static JsonFields parse(String text) {
        return of(JsonSyntax.tree(text));
    }

    /**
     * Reads a value from a text, with errors that name where the text is from.
     *
     * @param text the text of an object
     * @param source what errors begin with
     * @param reader makes the value of the object's fields
     * @param <T> the type of the value
     * @return the value
     */
    public static <T> T read(String text, String source, Function<JsonFields, T> reader) {
        try {
            return reader.apply(parse(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(source + ": " + e.getMessage(), e);
        }
    }

    private static JsonFields of(JsonNode node) {
        return new JsonFields(new JsonValue(node, "").object(), "");
    }

    /**
     * Checks which format the object has and that its version can be read.
     *
     * @param field the field that names the format
     * @param format its name
     * @param newest the newest version that can be read
     */
    public void expect(String field, String format, int newest) {
        if (!node.path(field).asText().equals(format)) {
            throw new IllegalArgumentException("is no " + format + " file");
        }
        asked.add(field);
        int version = integer("version");
        if (version > newest) {
            throw new IllegalArgumentException(
                    "version: must be <= "
                            + newest
                            + ", was "
                            + version
                            + ": it was written by a newer rft");
        }
        if (version < 1) {
            throw new IllegalArgumentException("version: must be >= 1, was " + version);
        }
    }

    /** Returns the names of all fields, in the order of the text. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /**
     * Tells whether a field is there.
     *
     * @param field its name
     */
    public boolean has(String field) {
        asked.add(field);
        return node.has(field);
    }

    /**
     * Returns a string.
     *
     * @param field its name
     */
    public String text(String field) {
        return value(field).text();
    }

    /**
     * Returns a truth value.
     *
     * @param field its name
     */
    public boolean flag(String field) {
        return value(field).flag();
    }

    /**
     * Returns an integer of 32 bits.
     *
     * @param field its name
     */
    public int integer(String field) {
        return value(field).integer();
    }

    /**
     * Returns an integer of 64 bits.
     *
     * @param field its name
     */
    public long longInteger(String field) {
        return value(field).longInteger();
    }

    /**
     * Returns an integer of 64 bits; empty when it is missing.
     *
     * @param field its name
     */
    public OptionalLong optionalLong(String field) {
        return has(field) ? OptionalLong.of(longInteger(field)) : OptionalLong.empty();
    }

    /**
     * Returns an integer of 64 bits that is not negative.
     *
     * @param field its name
     */
    public long count(String field) {
        return value(field).count();
    }

    /**
     * Returns a number that {@link JsonText} wrote; one that is not finite is a string there.
     *
     * @param field its name
     */
    public double number(String field) {
        return value(field).number();
    }

    /**
     * Returns a number.
     *
     * @param field its name
     */
    public double finite(String field) {
        return value(field).finite();
    }

    /**
     * Returns the numbers of an array that {@link JsonText#add} wrote.
     *
     * @param field its name
     */
    public double[] numbers(String field) {
        return value(field).elements().stream().mapToDouble(JsonValue::number).toArray();
    }

    /**
     * Returns the integers of 64 bits in an array.
     *
     * @param field its name
     */
    public List<Long> longs(String field) {
        return value(field).elements().stream().map(JsonValue::longOfMany).toList();
    }

    /**
     * Returns the strings of an array.
     *
     * @param field its name
     */
    public List<String> texts(String field) {
        return value(field).elements().stream().map(JsonValue::textOfMany).toList();
    }

    /**
     * Returns an object of strings.
     *
     * @param field its name
     */
    public Map<String, String> textMap(String field) {
        Map<String, String> map = new LinkedHashMap<>();
        JsonFields inner = object(field);
        inner.names().forEach(name -> map.put(name, inner.text(name)));
        return map;
    }

    /**
     * Returns a constant by its name.
     *
     * @param field its name
     * @param type the constants
     * @param <E> their type
     */
    public <E extends Enum<E>> E constant(String field, Class<E> type) {
        return value(field).constant(type);
    }

    /**
     * Returns numbers by signal, which {@link JsonText} wrote.
     *
     * @param field its name
     */
    public Map<Signal, Double> signals(String field) {
        Map<Signal, Double> map = new HashMap<>();
        JsonFields inner = object(field);
        inner.names().forEach(name -> map.put(Signals.named(name), inner.number(name)));
        return map;
    }

    /**
     * Returns numbers of samples by signal.
     *
     * @param field its name; it may be missing
     */
    public Map<Signal, Integer> signalCounts(String field) {
        Map<Signal, Integer> map = new HashMap<>();
        if (has(field)) {
            JsonFields inner = object(field);
            inner.names().forEach(name -> map.put(Signals.named(name), inner.integer(name)));
        }
        return map;
    }

    /** Returns the step key whose three numbers are among these fields. */
    public StepKey key() {
        return new StepKey(integer("attempt"), count("step"), integer("incarnation"));
    }

    /**
     * Returns an object.
     *
     * @param field its name
     */
    public JsonFields object(String field) {
        return new JsonFields(value(field).object(), pathOf(field));
    }

    /**
     * Returns what an array's objects stand for.
     *
     * @param field its name
     * @param element makes an element of its fields
     * @param <T> the type of the elements
     */
    public <T> List<T> list(String field, Function<JsonFields, T> element) {
        List<T> list = new ArrayList<>();
        for (JsonValue value : value(field).elements()) {
            String at = pathOf(field) + "[" + list.size() + "]";
            list.add(element.apply(new JsonFields(value.objectOfMany(), at)));
        }
        return list;
    }

    /** Returns the object as text in one line. */
    public String compact() {
        return node.toString();
    }

    /**
     * Checks that there are no fields but these.
     *
     * @param allowed their names
     */
    public void only(List<String> allowed) {
        for (String name : names()) {
            if (!allowed.contains(name)) {
                throw wrong(name, "unknown key, must be one of " + allowed);
            }
        }
    }

    /** Checks that every field was asked for. */
    public void end() {
        only(List.copyOf(asked));
    }

    /**
     * Makes a value that checks itself: what it complains of is told with this object's path.
     *
     * @param value makes the value; its complaint begins with the name of a field
     * @param <T> the type of the value
     */
    public <T> T checked(Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(pathOf(String.valueOf(e.getMessage())), e);
        }
    }

    /**
     * Returns the complaint about a field.
     *
     * @param field its name
     * @param what what is wrong with it
     */
    public IllegalArgumentException wrong(String field, String what) {
        return new IllegalArgumentException(pathOf(field) + ": " + what);
    }

    private String pathOf(String field) {
        return path.isEmpty() ? field : path + "." + field;
    }

    private JsonValue value(String field) {
        asked.add(field);
        JsonNode value = node.get(field);
        if (value == null) {
            throw wrong(field, "must be there, is missing");
        }
        return new JsonValue(value, pathOf(field));
    }
}
