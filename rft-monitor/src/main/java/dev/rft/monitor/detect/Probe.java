package dev.rft.monitor.detect;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.monitor.stats.Transform;
import java.util.OptionalDouble;

/**
 * How a channel reads its number from an observation. Remembers at most one number, which belongs
 * to the detector's state.
 *
 * <p>Implementation note. A value that is exactly 0 on a logarithmic scale is no value: the
 * gradient of a batch in which nothing can be learned, the KL before the first update. It is
 * skipped, neither judged nor learned.
 */
abstract class Probe {

    /**
     * A change of a logarithm by less than this is no change that matters, however steady the
     * signal was.
     */
    private static final double SMALLEST_LOG_NOISE = 0.03;

    /** For a share of unknown sample count: as many samples as a small batch has. */
    private static final int ASSUMED_COUNT = 256;

    /** What the probe remembers between observations; NaN for nothing. */
    double memory = Double.NaN;

    /** Returns the number on its transformed scale; empty when it cannot be judged. */
    abstract OptionalDouble read(Signal signal, Observation observation);

    /** Returns a deviation that the number has at least. */
    double noise(Signal signal, Observation observation) {
        return switch (signal.scale()) {
            case LINEAR -> 0;
            case LOG -> SMALLEST_LOG_NOISE;
            case FRACTION ->
                    Transform.angularDeviation(observation.count(signal).orElse(ASSUMED_COUNT));
        };
    }

    /** Brings a number of the transformed scale back to the signal's unit. */
    double present(Signal signal, double transformed) {
        return Transform.invert(signal.scale(), transformed);
    }

    /** Called after each judged value that raised no alarm. */
    void accepted(Observation observation) {
        // Most probes remember nothing.
    }

    /** Reads the value, where it is there, finite and, on a logarithmic scale, above 0. */
    static OptionalDouble transformed(Signal signal, Observation observation) {
        double value = observation.value(signal).orElse(Double.NaN);
        boolean usable =
                Double.isFinite(value) && (signal.scale() != Signal.Scale.LOG || value > 0);
        return usable
                ? OptionalDouble.of(Transform.apply(signal.scale(), value))
                : OptionalDouble.empty();
    }

    /** Reads a signal as it is. */
    static final class Plain extends Probe {
        @Override
        OptionalDouble read(Signal signal, Observation observation) {
            return transformed(signal, observation);
        }
    }

    /** Reads a signal of linear scale that moves by so much without anything having happened. */
    static final class Coarse extends Probe {
        private final double grain;
        private final double floor;

        Coarse(double grain) {
            this(grain, Double.NEGATIVE_INFINITY);
        }

        /**
         * Makes a probe of a signal whose values below a floor all say the same.
         *
         * @param grain by how much it moves without anything having happened
         * @param floor what lower values are read as
         */
        Coarse(double grain, double floor) {
            this.grain = grain;
            this.floor = floor;
        }

        @Override
        OptionalDouble read(Signal signal, Observation observation) {
            OptionalDouble value = transformed(signal, observation);
            return value.isEmpty()
                    ? value
                    : OptionalDouble.of(Math.max(floor, value.getAsDouble()));
        }

        @Override
        double noise(Signal signal, Observation observation) {
            return grain;
        }
    }

    /** Reads a positive signal by its logarithm, whatever scale it declares. */
    static final class Relative extends Probe {
        @Override
        OptionalDouble read(Signal signal, Observation observation) {
            double value = observation.value(signal).orElse(Double.NaN);
            return Double.isFinite(value) && value > 0
                    ? OptionalDouble.of(Transform.apply(Signal.Scale.LOG, value))
                    : OptionalDouble.empty();
        }

        @Override
        double noise(Signal signal, Observation observation) {
            return SMALLEST_LOG_NOISE;
        }

        @Override
        double present(Signal signal, double transformed) {
            return Transform.invert(Signal.Scale.LOG, transformed);
        }
    }
}
