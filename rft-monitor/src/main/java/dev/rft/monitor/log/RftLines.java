package dev.rft.monitor.log;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The lines of rft's metrics log, as {@code docs/journal.md} describes it. */
final class RftLines implements LineFormat {

    private static final String SCHEMA = "rft-metrics";

    /** Updates that were kept from the weights for not being finite. */
    private static final String DISCARDED = "update.discarded";

    private final JsonFactory factory = JsonNumbers.factory();
    private final Names names = new Names();
    private final Names countNames = new Names();

    @Override
    public @Nullable Row row(LineSource line) throws IOException {
        if (line.firstByte() != '{') {
            throw new BrokenLineException("must be a JSON object");
        }
        Numbers values = new Numbers(names);
        Numbers counts = new Numbers(countNames);
        Map<String, Double> key = new LinkedHashMap<>();
        boolean measured = false;
        try (JsonParser json = line.parser(factory)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken token = json.nextToken();
                if (name.equals("schema")) {
                    return header(json.getText());
                } else if (name.equals("values") && token == JsonToken.START_OBJECT) {
                    JsonNumbers.read(json, OptionalDouble.empty(), values);
                    measured = true;
                } else if (name.equals("counts") && token == JsonToken.START_OBJECT) {
                    JsonNumbers.read(json, OptionalDouble.empty(), counts);
                } else if (token == JsonToken.VALUE_NUMBER_INT) {
                    key.put(name, json.getDoubleValue());
                } else {
                    json.skipChildren();
                }
            }
            if (json.currentToken() != JsonToken.END_OBJECT) {
                throw new BrokenLineException("the object does not end");
            }
        }
        OptionalLong step = JsonNumbers.step(key.getOrDefault("step", Double.NaN));
        if (!measured || step.isEmpty()) {
            throw new BrokenLineException("must have a step and values");
        }
        if (key.getOrDefault("discarded", 0.0) > 0) {
            values.put(DISCARDED, key.getOrDefault("discarded", 0.0));
        }
        checkCounts(counts);
        return new Row(
                line.line(),
                step,
                count(key, "incarnation"),
                count(key, "attempt"),
                values,
                counts);
    }

    private static void checkCounts(Numbers counts) throws IOException {
        for (int i = 0; i < counts.size(); i++) {
            double count = counts.value(i);
            if (!(count >= 1 && count <= Integer.MAX_VALUE && count == Math.rint(count))) {
                throw new BrokenLineException("counts: must be integers >= 1, one was " + count);
            }
        }
    }

    private static @Nullable Row header(String schema) throws IOException {
        if (!schema.equals(SCHEMA)) {
            throw new BrokenLineException("must be of schema " + SCHEMA + ", is of " + schema);
        }
        return null;
    }

    private static int count(Map<String, Double> key, String name) throws IOException {
        double value = key.getOrDefault(name, 0.0);
        if (!(value >= 0 && value <= 1_000_000)) {
            throw new BrokenLineException(name + ": must be in [0, 1000000], was " + value);
        }
        return (int) value;
    }
}
