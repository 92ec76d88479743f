package dev.rft.recovery;

import dev.rft.api.control.Capability;
import dev.rft.api.control.Knob;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.StepKey;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a recovery policy may know of the run when it decides.
 *
 * @param key the step that was just executed
 * @param capabilities what the loop can do; copied
 * @param knobs the knobs and their values; copied
 * @param goodSnapshot the step of the newest good snapshot before the incident's onset; empty when
 *     there is none
 * @param reference observations from before the onset, oldest first; where the run has none, two
 *     that stand for earlier healthy runs, if the monitor has a profile; may be empty; copied
 * @param recent observations since the onset, oldest first, the present one last; copied
 * @param alarming whether the step that was just executed raised an alarm; an action may also have
 *     failed without one, by comparison with the run before the onset
 */
public record RunState(
        StepKey key,
        Set<Capability> capabilities,
        Map<Knob, Double> knobs,
        OptionalLong goodSnapshot,
        List<Observation> reference,
        List<Observation> recent,
        boolean alarming) {

    /** Copies the collections. */
    public RunState {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(goodSnapshot, "goodSnapshot");
        capabilities = Set.copyOf(capabilities);
        knobs = Map.copyOf(knobs);
        reference = List.copyOf(reference);
        recent = List.copyOf(recent);
    }

    /**
     * Tells whether an action can be carried out now.
     *
     * @param action the action
     * @return whether the loop has what it needs
     */
    public boolean canDo(RecoveryAction action) {
        boolean able = capabilities.containsAll(action.needs());
        if (action instanceof RecoveryAction.Rollback rollback) {
            return able && goodSnapshot.isPresent() && goodSnapshot.getAsLong() < rollback.onset();
        }
        if (action instanceof RecoveryAction.ScaleLearningRate) {
            return able && knobs.containsKey(Knob.LEARNING_RATE);
        }
        if (action instanceof RecoveryAction.SetKnob set) {
            return able && knobs.containsKey(set.knob());
        }
        return able;
    }
}
