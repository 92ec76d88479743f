package dev.rft.api.control;

import dev.rft.api.signal.Signal;
import java.util.Map;

/**
 * An update that was computed and not yet made. Owned by the loop; ends with {@code apply} or
 * {@code discard}.
 */
public interface Proposal {

    /**
     * Returns what is known of the update before it is made: losses, gradient norm; possibly not
     * finite.
     */
    Map<Signal, Double> values();

    /**
     * Tells whether the update may reach the weights.
     *
     * @return false when the loss, the gradient norm or anything else that enters the update is NaN
     *     or infinite
     */
    default boolean finite() {
        return values().values().stream().allMatch(Double::isFinite);
    }
}
