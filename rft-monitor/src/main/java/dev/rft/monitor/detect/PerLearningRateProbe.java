package dev.rft.monitor.detect;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import java.util.OptionalDouble;

/**
 * Reads a positive signal divided by a power of the learning rate as the knob is set, so that a
 * schedule, or a recovery that turns the knob, is no change. The last known learning rate stands in
 * where a step does not report it.
 */
final class PerLearningRateProbe extends Probe {

    private final int power;

    /**
     * Makes a probe.
     *
     * @param power 1 for what grows like the step (the update), 2 for what grows like its square
     *     (the KL of an update)
     */
    PerLearningRateProbe(int power) {
        this.power = power;
    }

    @Override
    OptionalDouble read(Signal signal, Observation observation) {
        double rate = observation.value(Signals.LEARNING_RATE).orElse(memory);
        if (rate == 0) {
            // Nothing is learned on purpose: there is no step whose size could be judged.
            return OptionalDouble.empty();
        }
        if (Double.isFinite(rate) && rate > 0) {
            memory = rate;
        }
        OptionalDouble value = transformed(signal, observation);
        return value.isPresent() ? OptionalDouble.of(value.getAsDouble() - offset()) : value;
    }

    @Override
    double present(Signal signal, double transformed) {
        return super.present(signal, transformed + offset());
    }

    private double offset() {
        return Double.isNaN(memory) ? 0 : power * Math.log(memory);
    }
}
