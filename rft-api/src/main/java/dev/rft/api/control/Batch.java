package dev.rft.api.control;

import dev.rft.api.signal.TrajectorySummary;

/**
 * What {@link TrainingLoop#collect} gathered. Owned by the loop; valid until its next {@code
 * collect}.
 */
public interface Batch {

    /** Returns the trajectories as numbers; an empty summary when the loop does not report them. */
    TrajectorySummary trajectories();

    /** Returns how many updates the batch carries, at least 1. */
    default int updates() {
        return 1;
    }
}
