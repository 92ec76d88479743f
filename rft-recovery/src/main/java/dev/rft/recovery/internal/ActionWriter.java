package dev.rft.recovery.internal;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.rft.recovery.RecoveryAction;
import java.io.IOException;

/** Writes actions as JSON, their name and their parameters; {@code docs/journal.md} has them. */
public final class ActionWriter {

    /** Writes the fields of an action. */
    @FunctionalInterface
    private interface Parameters {
        void writeTo(JsonGenerator json) throws IOException;
    }

    private ActionWriter() {}

    /**
     * Writes an action as the field {@code action}.
     *
     * @param json in an object
     * @param action the action
     * @throws IOException when it cannot be written
     */
    public static void write(JsonGenerator json, RecoveryAction action) throws IOException {
        json.writeObjectFieldStart("action");
        json.writeStringField("name", action.name());
        parameters(action).writeTo(json);
        json.writeEndObject();
    }

    private static Parameters parameters(RecoveryAction action) {
        return action.<Parameters>match(
                go -> json -> {},
                skip -> json -> {},
                mask -> json -> {},
                inPlace -> json -> {},
                scale -> json -> json.writeNumberField("factor", scale.factor()),
                set ->
                        json -> {
                            json.writeStringField("knob", set.knob().name());
                            json.writeNumberField("min", set.knob().min());
                            json.writeNumberField("max", set.knob().max());
                            json.writeNumberField("value", set.value());
                        },
                rollback ->
                        json -> {
                            json.writeNumberField("onset", rollback.onset());
                            json.writeNumberField(
                                    "learningRateFactor", rollback.learningRateFactor());
                        },
                reset -> json -> {},
                reference -> json -> {},
                restart -> json -> json.writeNumberField("onset", restart.onset()),
                pause -> json -> json.writeNumberField("atMostMillis", pause.atMost().toMillis()),
                halt -> json -> json.writeStringField("reason", halt.reason()));
    }
}
