package dev.rft.monitor.detect;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.Trajectory;
import dev.rft.monitor.Detector;
import dev.rft.monitor.DetectorState;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.Verdict;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * An invariant: no healthy run has a value above a bound on several steps in a row, and nothing
 * needs to be learned to know that. A value that is missing or not finite says nothing and ends no
 * series.
 */
final class StreakDetector implements Detector {

    private final String name;
    private final Signal signal;
    private final Function<Observation, Optional<Double>> value;
    private final double most;
    private final int length;
    private final String missing;

    private int inARow;
    private long onset = -1;

    private StreakDetector(
            String name,
            Signal signal,
            Function<Observation, Optional<Double>> value,
            double most,
            int length,
            String missing) {
        this.name = name;
        this.signal = signal;
        this.value = value;
        this.most = most;
        this.length = length;
        this.missing = missing;
    }

    /**
     * Too many trajectories do not count for too long: what scores them is away. Single failures
     * are business as usual and are masked; of more than half of them, three steps in a row, a
     * budget is spent. The share is {@code trajectory.masked}; without that signal it is counted
     * over the trajectories themselves.
     */
    static StreakDetector outage() {
        return new StreakDetector(
                "outage",
                Signals.TRAJECTORY_MASKED,
                StreakDetector::masked,
                0.5,
                3,
                "no trajectories and no finite trajectory.masked");
    }

    /**
     * Updates leave the policy that sampled by more than one nat per token, where clipping and
     * usual learning rates allow some hundredths. One such step may be an estimate of few tokens of
     * which one became probable; two in a row are none.
     */
    static StreakDetector farUpdate() {
        return new StreakDetector(
                "far-update",
                Signals.KL_UPDATE,
                observation -> observation.value(Signals.KL_UPDATE),
                1,
                2,
                "no finite kl.update");
    }

    @Override
    public Verdict inspect(Observation observation) {
        Optional<Double> seen = value.apply(observation).filter(Double::isFinite);
        if (seen.isEmpty()) {
            return Verdict.notEvaluated(missing);
        }
        if (seen.get() <= most) {
            inARow = 0;
            onset = -1;
            return Verdict.healthy();
        }
        inARow = Math.min(inARow + 1, length);
        long step = observation.key().step();
        onset = onset < 0 ? step : Math.min(onset, step);
        Evidence evidence =
                Evidence.of(signal, seen.get(), "<= " + most + " within " + length + " steps")
                        .since(onset);
        return inARow < length
                ? Verdict.suspect(evidence)
                : Verdict.violated(evidence.asInvariant());
    }

    private static Optional<Double> masked(Observation observation) {
        Optional<Double> share = observation.value(Signals.TRAJECTORY_MASKED);
        return share.isPresent()
                ? share
                : observation
                        .trajectories()
                        .filter(summary -> !summary.trajectories().isEmpty())
                        .map(summary -> summary.share(Trajectory.Flag.MASKED));
    }

    @Override
    public DetectorState save() {
        return new DetectorState(Map.of(name, new double[] {inARow, (double) onset}));
    }

    @Override
    public void restore(DetectorState state) {
        if (state.values().isEmpty()) {
            inARow = 0;
            onset = -1;
            return;
        }
        double[] saved = state.values().get(name);
        if (saved == null || saved.length != 2) {
            throw new IllegalArgumentException(
                    name + " state: must be 2 numbers named " + name + ", was " + state);
        }
        inARow = (int) saved[0];
        onset = (long) saved[1];
    }
}
