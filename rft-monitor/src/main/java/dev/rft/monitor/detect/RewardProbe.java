package dev.rft.monitor.detect;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import java.util.OptionalDouble;

/**
 * Reads the mean reward with its sampling noise.
 *
 * <p>Implementation note. The noise of a mean of n rewards is their deviation over sqrt(n); it
 * keeps a solved task, whose reward is 1 at nearly every step, from alarming at the first 0.98. The
 * present deviation may be part of the fault (rewards times 100), so that it is believed only up to
 * the last healthy one, or up to that of a share in [0, 1], p with one success and one failure
 * added (Agresti and Coull, 1998), where the mean is such a share.
 */
final class RewardProbe extends Probe {

    @Override
    OptionalDouble read(Signal signal, Observation observation) {
        return transformed(signal, observation);
    }

    @Override
    double noise(Signal signal, Observation observation) {
        int count = observation.count(signal).orElse(0);
        if (count == 0) {
            return 0;
        }
        double mean = observation.value(signal).orElse(Double.NaN);
        double binomial = 0;
        if (mean >= 0 && mean <= 1) {
            double share = (mean * count + 1) / (count + 2);
            binomial = Math.sqrt(share * (1 - share));
        }
        double now = deviation(observation).orElse(0);
        double healthy = Double.isNaN(memory) ? now : Math.min(now, memory);
        return Math.max(binomial, healthy) / Math.sqrt(count);
    }

    @Override
    void accepted(Observation observation) {
        deviation(observation).ifPresent(value -> memory = value);
    }

    private static OptionalDouble deviation(Observation observation) {
        double value = observation.value(Signals.REWARD_STD).orElse(Double.NaN);
        return Double.isFinite(value) && value >= 0
                ? OptionalDouble.of(value)
                : OptionalDouble.empty();
    }
}
