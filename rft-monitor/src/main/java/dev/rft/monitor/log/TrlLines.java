package dev.rft.monitor.log;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rows that the Hugging Face trainers print or write one by one: Python dictionaries on a
 * console, JSON objects in a file. On a console they do not name their step and are counted.
 */
final class TrlLines implements LineFormat {

    /** A row of a training step has one of these; other dictionaries are something else. */
    private static final Set<String> TELLING =
            Set.of("loss", "reward", "grad_norm", "objective/kl", "objective/scores");

    /** How ms-swift writes its step: {@code "17/500"}. */
    private static final String OF_ALL = "global_step/max_steps";

    private final JsonFactory factory = JsonNumbers.factory();
    private final Names names = new Names();

    @Override
    public @Nullable Row row(LineSource line) throws IOException {
        if (line.firstByte() == '{') {
            String begin = line.text().strip();
            if (begin.length() > 1 && begin.charAt(1) != '\'') {
                return json(line);
            }
        }
        String text = ConsoleText.plain(line);
        int brace = text.indexOf("{'");
        if (brace < 0 || TELLING.stream().noneMatch(name -> text.contains("'" + name + "'"))) {
            return null;
        }
        Numbers values = new Numbers(names);
        ConsoleText.dictionary(text, brace, values);
        return training(line.line(), values);
    }

    private @Nullable Row json(LineSource line) throws IOException {
        Numbers values = new Numbers(names);
        try (JsonParser json = line.parser(factory)) {
            json.nextToken();
            JsonNumbers.read(json, OptionalDouble.empty(), values);
        }
        if (!values.has("step") && line.text().contains(OF_ALL)) {
            OptionalLong step = step(line);
            if (step.isPresent()) {
                values.put("step", (double) step.getAsLong());
            }
        }
        return training(line.line(), values);
    }

    private OptionalLong step(LineSource line) throws IOException {
        try (JsonParser json = line.parser(factory)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean found = json.currentName().equals(OF_ALL);
                json.nextToken();
                if (found && json.currentToken() == JsonToken.VALUE_STRING) {
                    String text = json.getText();
                    int slash = text.indexOf('/');
                    return JsonNumbers.step(slash < 0 ? text : text.substring(0, slash));
                }
                json.skipChildren();
            }
        }
        return OptionalLong.empty();
    }

    private static @Nullable Row training(long line, Numbers values) {
        boolean telling = TELLING.stream().anyMatch(values::has);
        return telling ? TrainerState.row(line, values) : null;
    }
}
