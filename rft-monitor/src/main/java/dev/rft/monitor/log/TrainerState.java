package dev.rft.monitor.log;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The rows of {@code log_history} in a Hugging Face {@code trainer_state.json}, one at a time. The
 * last row, a summary of the training, is no step.
 */
final class TrainerState implements RowSource {

    private static final String HISTORY = "log_history";

    private final Path file;
    private final JsonParser json;
    private final Names names = new Names();
    private boolean inHistory;
    private boolean ended;
    private long line;

    private TrainerState(Path file, JsonParser json) {
        this.file = file;
        this.json = json;
    }

    static TrainerState open(Path file) throws IOException {
        BufferedInputStream in = new BufferedInputStream(Files.newInputStream(file));
        try {
            return new TrainerState(file, JsonNumbers.factory().createParser(in));
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    @Override
    public @Nullable Row next() throws IOException {
        try {
            if (!inHistory) {
                goToHistory();
                inHistory = true;
            }
            while (!ended) {
                JsonToken token = json.nextToken();
                line = Math.max(1, json.currentLocation().getLineNr());
                ended = token == JsonToken.END_ARRAY;
                if (!ended && token != JsonToken.START_OBJECT) {
                    throw new LogException(
                            file, line, HISTORY + ": must hold objects, holds " + token);
                }
                Row row = ended ? null : row(json);
                if (row != null) {
                    return row;
                }
            }
            return null;
        } catch (JsonProcessingException broken) {
            long at = broken.getLocation() == null ? line : broken.getLocation().getLineNr();
            throw new LogException(file, at, JsonNumbers.reason(broken));
        }
    }

    private @Nullable Row row(JsonParser object) throws IOException {
        Numbers values = new Numbers(names);
        JsonNumbers.read(object, OptionalDouble.empty(), values);
        return row(line, values);
    }

    /** Makes a row of a log's numbers; null when they are the summary at the end. */
    static @Nullable Row row(long line, Numbers values) {
        if (values.has("train_runtime") || values.has("train_loss")) {
            return null;
        }
        OptionalDouble step = values.remove("step");
        return Row.of(
                line,
                step.isPresent() ? JsonNumbers.step(step.getAsDouble()) : OptionalLong.empty(),
                values);
    }

    private void goToHistory() throws IOException {
        JsonToken token = json.nextToken();
        if (token == JsonToken.START_ARRAY) {
            return; // the history alone
        }
        if (token != JsonToken.START_OBJECT) {
            throw new LogException(file, 1, "must be a JSON object with a " + HISTORY);
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            boolean history = HISTORY.equals(json.currentName());
            token = json.nextToken();
            if (history && token == JsonToken.START_ARRAY) {
                return;
            }
            json.skipChildren();
        }
        throw new LogException(file, json.currentLocation().getLineNr(), "has no " + HISTORY);
    }

    @Override
    public long line() {
        return line;
    }

    /** An evaluation has a row of its own after the step's. */
    @Override
    public boolean stepsComeInParts() {
        return true;
    }

    @Override
    public void close() throws IOException {
        json.close();
    }
}
