package dev.rft.monitor.detect;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.monitor.Detector;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.Verdict;
import java.util.List;
import java.util.OptionalDouble;

/** Finds rewards outside the range that the verifier was declared to have. */
final class RewardRangeDetector implements Detector {

    /** Rewards are often summed in single precision. */
    private static final double ROUNDING = 1e-6;

    private static final List<Signal> READ =
            List.of(Signals.REWARD_MAX, Signals.REWARD_MIN, Signals.REWARD_MEAN);

    private final double min;
    private final double max;
    private final double slack;

    RewardRangeDetector(double min, double max) {
        this.min = min;
        this.max = max;
        this.slack = ROUNDING * Math.max(1, Math.max(Math.abs(min), Math.abs(max)));
    }

    @Override
    public Verdict inspect(Observation observation) {
        boolean looked = false;
        for (Signal signal : READ) {
            OptionalDouble read = Probe.transformed(signal, observation);
            if (read.isPresent()) {
                looked = true;
                double value = read.getAsDouble();
                if (value < min - slack || value > max + slack) {
                    return Verdict.violated(
                            Evidence.of(signal, value, "in [" + min + ", " + max + "]")
                                    .since(observation.key().step())
                                    .asInvariant());
                }
            }
        }
        return looked ? Verdict.healthy() : Verdict.notEvaluated("no reward.max or reward.min");
    }
}
