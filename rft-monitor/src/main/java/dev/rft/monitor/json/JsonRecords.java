package dev.rft.monitor.json;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * Reads a record of records of numbers and booleans, key by key, with defaults for what is missing
 * and an error with the path for everything that is not understood. A binding that coerces or
 * ignores would leave a typing error in force for a week-long run.
 */
public final class JsonRecords {

    private JsonRecords() {}

    /**
     * Reads a record.
     *
     * @param json the fields
     * @param defaults the values of missing keys
     * @param sections readers of the components that are something else, by type
     * @return the record
     * @throws IllegalArgumentException when a key is unknown, ill-typed or out of range
     */
    public static <R extends Record> R read(
            JsonFields json, R defaults, Map<Class<?>, Function<JsonFields, ?>> sections) {
        @SuppressWarnings("unchecked") // the class of an R
        Class<R> type = (Class<R>) defaults.getClass();
        RecordComponent[] components = type.getRecordComponents();
        json.only(Arrays.stream(components).map(RecordComponent::getName).toList());
        Object[] values = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            String name = components[i].getName();
            types[i] = components[i].getType();
            Object missing = invoke(components[i], defaults);
            values[i] = json.has(name) ? value(json, name, missing, sections) : missing;
        }
        return json.checked(() -> construct(type, types, values));
    }

    private static Object value(
            JsonFields json,
            String name,
            Object missing,
            Map<Class<?>, Function<JsonFields, ?>> sections) {
        Function<JsonFields, ?> section = sections.get(missing.getClass());
        if (section != null) {
            return Objects.requireNonNull(section.apply(json.object(name)), name);
        }
        if (missing instanceof Record defaults) {
            return read(json.object(name), defaults, sections);
        }
        if (missing instanceof Boolean) {
            return json.flag(name);
        }
        if (missing instanceof Integer) {
            return json.integer(name);
        }
        if (missing instanceof Long) {
            return json.longInteger(name);
        }
        if (missing instanceof Double) {
            return json.finite(name);
        }
        throw new IllegalStateException(name + ": no reader for " + missing.getClass());
    }

    private static Object invoke(RecordComponent component, Record of) {
        try {
            return component.getAccessor().invoke(of);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("accessor of " + component, e);
        }
    }

    private static <R> R construct(Class<R> type, Class<?>[] types, Object[] values) {
        try {
            return type.getDeclaredConstructor(types).newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException range) {
                throw range;
            }
            throw new IllegalStateException("constructor of " + type, e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("constructor of " + type, e);
        }
    }
}
