package dev.rft.monitor.diagnose;

import dev.rft.api.signal.Signal;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a cause looks like.
 *
 * @param cause the cause
 * @param alarms weight per id of a detector whose alarm speaks for the cause; copied
 * @param shifts the shifts that speak for or against it; copied
 */
record Fingerprint(Cause cause, Map<String, Double> alarms, List<Trait> shifts) {

    /**
     * One shift of a signal.
     *
     * @param signal the signal
     * @param direction UP, DOWN or EITHER
     * @param weight how much a clear shift in this direction says; negative when it speaks against
     *     the cause
     */
    record Trait(Signal signal, Signal.Direction direction, double weight) {
        Trait {
            Objects.requireNonNull(signal, "signal");
            if (direction == Signal.Direction.NONE || !Double.isFinite(weight)) {
                throw new IllegalArgumentException(
                        "trait of "
                                + signal
                                + ": must have a direction and a finite weight, had "
                                + direction
                                + ", "
                                + weight);
            }
        }
    }

    Fingerprint {
        Objects.requireNonNull(cause, "cause");
        alarms = Map.copyOf(alarms);
        shifts = List.copyOf(shifts);
    }
}
