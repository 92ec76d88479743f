package dev.rft.recovery.journal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rft.api.control.Knob;
import dev.rft.recovery.RecoveryAction;
import java.time.Duration;

/** Reads the actions that {@link dev.rft.recovery.internal.ActionWriter} wrote. */
final class ActionJson {

    private ActionJson() {}

    /** Reads the field {@code action} of an object. */
    static RecoveryAction read(JsonNode object) {
        Fields action = new Fields(object).object("action");
        String name = action.text("name");
        return switch (name) {
            case "Continue" -> new RecoveryAction.Continue();
            case "SkipStep" -> new RecoveryAction.SkipStep();
            case "ScaleLearningRate" ->
                    new RecoveryAction.ScaleLearningRate(action.number("factor"));
            case "SetKnob" -> new RecoveryAction.SetKnob(knob(action), action.number("value"));
            case "Rollback" ->
                    new RecoveryAction.Rollback(
                            action.integer("onset"), action.number("learningRateFactor"));
            case "ResetOptimizer" -> new RecoveryAction.ResetOptimizer();
            case "MaskTrajectories" -> new RecoveryAction.MaskTrajectories();
            case "RestartInPlace" -> new RecoveryAction.RestartInPlace();
            case "ResetReference" -> new RecoveryAction.ResetReference();
            case "Pause" ->
                    new RecoveryAction.Pause(Duration.ofMillis(action.integer("atMostMillis")));
            case "Restart" -> new RecoveryAction.Restart(action.integer("onset"));
            case "Halt" -> new RecoveryAction.Halt(action.text("reason"));
            default ->
                    throw new IllegalArgumentException("action: must be known, was '" + name + "'");
        };
    }

    private static Knob knob(Fields action) {
        return new Knob(action.text("knob"), action.number("min"), action.number("max"));
    }
}
