package dev.rft.monitor.log;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The steps of a run of RFT-FaultBench (arXiv 2605.04431): a JSON object per line, with the numbers
 * in {@code metrics}. A line that does not name its step is the step of its own number, so that a
 * damaged line moves no other.
 */
final class FaultBenchLines implements LineFormat {

    /** The name of the file, whatever directory it is in. */
    static final String FILE = "openrlhf_train_train_step.jsonl";

    /** The name of the trajectories beside it. */
    static final String TRAJECTORIES = "openrlhf_train_trajectory.jsonl";

    /** What a step may be called, at the top or in {@code metadata}; the first found counts. */
    private static final List<String> STEP =
            List.of("rollout_step", "global_step", "step", "train_step");

    private final JsonFactory factory = JsonNumbers.factory();
    private final Names names = new Names();
    private final Names keys = new Names();
    private final FromOne fromOne = new FromOne();

    /** Steps counted from 0 as steps counted from 1, so that steps and trajectories agree. */
    static final class FromOne {

        private long shift = -1;

        long of(long step) {
            if (shift < 0) {
                shift = step == 0 ? 1 : 0;
            }
            return step + shift;
        }
    }

    @Override
    public Row row(LineSource line) throws IOException {
        if (line.firstByte() != '{') {
            throw new BrokenLineException("must be a JSON object");
        }
        Numbers metrics = new Numbers(names);
        Numbers key = new Numbers(keys);
        try (JsonParser json = line.parser(factory)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken token = json.nextToken();
                if (name.equals("metrics") && token == JsonToken.START_OBJECT) {
                    JsonNumbers.read(json, OptionalDouble.empty(), metrics);
                } else if (name.equals("metadata") && token == JsonToken.START_OBJECT) {
                    JsonNumbers.read(json, OptionalDouble.empty(), key);
                } else if (STEP.contains(name) && token != null && token.isNumeric()) {
                    key.put(name, json.getDoubleValue());
                } else {
                    json.skipChildren();
                }
            }
            if (json.currentToken() != JsonToken.END_OBJECT) {
                throw new BrokenLineException("the object does not end");
            }
        }
        if (metrics.isEmpty()) {
            throw new BrokenLineException("must have metrics with numbers");
        }
        return Row.of(line.line(), OptionalLong.of(step(line.line(), key)), metrics);
    }

    private long step(long line, Numbers key) throws BrokenLineException {
        for (String name : STEP) {
            OptionalDouble value = key.remove(name);
            if (value.isPresent()) {
                OptionalLong step = JsonNumbers.step(value.getAsDouble());
                if (step.isEmpty()) {
                    throw new BrokenLineException(
                            name + ": must be a whole number >= 0, was " + value.getAsDouble());
                }
                return fromOne.of(step.getAsLong());
            }
        }
        return line;
    }
}
