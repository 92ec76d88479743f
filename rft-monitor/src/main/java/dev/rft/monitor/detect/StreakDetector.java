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
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * An invariant: no healthy run has a value above a bound on several steps in a row, and nothing
 * needs to be learned to know that. A value that is missing or not finite says nothing and ends no
 * series.
 */
final class StreakDetector implements Detector {

    private final String name;
    private final Signal signal;
    private final Function<Observation, Optional<Double>> value;
    private final ToDoubleFunction<Observation> most;
    private final int length;
    private final String missing;

    private int inARow;
    private long onset = -1;

    private StreakDetector(
            String name,
            Signal signal,
            Function<Observation, Optional<Double>> value,
            ToDoubleFunction<Observation> most,
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
                observation -> 0.5,
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
                observation -> 1,
                2,
                "no finite kl.update");
    }

    /**
     * The sampled tokens are together more than twice as improbable, in nats, as tokens are that
     * are drawn from the policy: they were drawn from something else. This holds in every state of
     * the policy. In the unit of {@code rollout.surprise} the noise of a healthy step is 1 to 3,
     * however many tokens it has, and 7 at most in some thousand; so much more than that a
     * difference must be, too, since twice as little as nothing is nothing.
     */
    static StreakDetector foreignTokens() {
        return new StreakDetector(
                "foreign-tokens",
                Signals.ROLLOUT_SURPRISE,
                observation ->
                        expectedNats(observation)
                                .flatMap(nats -> observation.value(Signals.ROLLOUT_SURPRISE)),
                observation ->
                        expectedNats(observation)
                                .map(nats -> Math.max(10, 2 * (Math.sqrt(2) - 1) * Math.sqrt(nats)))
                                .orElse(Double.MAX_VALUE),
                2,
                "no finite rollout.surprise, or no entropy and length of so many responses");
    }

    /**
     * Returns what the tokens of a step are expected to be in nats, all together: one more per
     * response than it is long, its end.
     */
    private static Optional<Double> expectedNats(Observation observation) {
        OptionalInt responses = observation.count(Signals.RESPONSE_LENGTH);
        Optional<Double> length =
                observation.value(Signals.RESPONSE_LENGTH).filter(StreakDetector::isAmount);
        Optional<Double> entropy =
                observation.value(Signals.ENTROPY).filter(StreakDetector::isAmount);
        return responses.isEmpty() || length.isEmpty()
                ? Optional.empty()
                : entropy.map(nats -> nats * responses.getAsInt() * (length.get() + 1));
    }

    private static boolean isAmount(double value) {
        return value >= 0 && Double.isFinite(value);
    }

    @Override
    public Verdict inspect(Observation observation) {
        Optional<Double> seen = value.apply(observation).filter(Double::isFinite);
        if (seen.isEmpty()) {
            return Verdict.notEvaluated(missing);
        }
        double bound = most.applyAsDouble(observation);
        if (seen.get() <= bound) {
            inARow = 0;
            onset = -1;
            return Verdict.healthy();
        }
        inARow = Math.min(inARow + 1, length);
        long step = observation.key().step();
        onset = onset < 0 ? step : Math.min(onset, step);
        String allowed = "<= " + Math.round(bound * 1e3) / 1e3 + " within " + length + " steps";
        Evidence evidence = Evidence.of(signal, seen.get(), allowed).since(onset);
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
