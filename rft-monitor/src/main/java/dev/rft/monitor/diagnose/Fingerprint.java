package dev.rft.monitor.diagnose;

import dev.rft.api.signal.Signal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What a cause looks like.
 *
 * @param cause the cause
 * @param stage the part of the step in which it acts; empty for what is in none
 * @param alarms weight per id of a detector whose alarm speaks for the cause; copied
 * @param shifts the shifts that speak for or against it; copied
 * @param needs signals of which one at least is logged where the cause can be; none for a cause
 *     that can be anywhere; copied
 */
record Fingerprint(
        Cause cause,
        Optional<Stage> stage,
        Map<String, Double> alarms,
        List<Trait> shifts,
        Set<Signal> needs) {

    /**
     * One shift of a signal.
     *
     * @param signal the signal
     * @param direction UP, DOWN or EITHER
     * @param weight how much a clear shift in this direction says; negative when it speaks against
     *     the cause
     * @param beyond what is no shift yet, on the signal's scale, at least 0
     * @param silence how much it says that the signal is logged and does not move; negative when
     *     the cause would move it
     */
    record Trait(
            Signal signal,
            Signal.Direction direction,
            double weight,
            double beyond,
            double silence) {
        Trait {
            Objects.requireNonNull(signal, "signal");
            if (direction == Signal.Direction.NONE || !Double.isFinite(weight)) {
                throw new IllegalArgumentException(
                        "signal: "
                                + signal
                                + " must have a direction and a finite weight, had "
                                + direction
                                + ", "
                                + weight);
            }
            if (!Double.isFinite(silence)) {
                throw new IllegalArgumentException("silence: must be finite, was " + silence);
            }
            if (!(beyond >= 0 && Double.isFinite(beyond))) {
                throw new IllegalArgumentException(
                        "beyond: must be finite and >= 0, was " + beyond);
            }
        }
    }

    Fingerprint {
        Objects.requireNonNull(cause, "cause");
        Objects.requireNonNull(stage, "stage");
        alarms = Map.copyOf(alarms);
        shifts = List.copyOf(shifts);
        needs = Set.copyOf(needs);
    }

    /** Returns this with the weights of another of the same cause added. */
    Fingerprint plus(Fingerprint added) {
        Map<String, Double> all = new HashMap<>(alarms);
        added.alarms.forEach((id, weight) -> all.merge(id, weight, Double::sum));
        List<Trait> traits = new ArrayList<>(shifts);
        traits.addAll(added.shifts);
        Set<Signal> both = new HashSet<>(needs);
        both.addAll(added.needs);
        return new Fingerprint(
                cause, added.stage.isPresent() ? added.stage : stage, all, traits, both);
    }
}
