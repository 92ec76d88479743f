package dev.rft.api.signal;

import java.util.List;
import java.util.Objects;

/**
 * The trajectories of one step. What is an average over them is a signal of the {@link StepRecord};
 * this holds the trajectories themselves, for detectors and gates that look at single ones.
 *
 * @param trajectories the step's trajectories in batch order, the masked ones included; copied
 */
public record TrajectorySummary(List<Trajectory> trajectories) {

    /** Copies the list. */
    public TrajectorySummary {
        trajectories = List.copyOf(Objects.requireNonNull(trajectories, "trajectories"));
    }

    /**
     * Returns the share of trajectories with a flag.
     *
     * @param flag the flag
     * @return the share in [0, 1]; 0 when there is no trajectory
     */
    public double share(Trajectory.Flag flag) {
        long flagged = trajectories.stream().filter(trajectory -> trajectory.is(flag)).count();
        return trajectories.isEmpty() ? 0 : (double) flagged / trajectories.size();
    }
}
