package dev.rft.monitor.diagnose;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.monitor.profile.Profile;
import dev.rft.monitor.stats.Robust;
import dev.rft.monitor.stats.Transform;
import dev.rft.monitor.trajectory.TrajectorySignals;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * How far signals moved at an onset, in deviations of their noise before it.
 *
 * <p>Implementation note. Shift = (median of at most {@value #AT_FIRST} steps since - median
 * before) / s on the signal's scale, with s the scaled median absolute deviation of at most {@value
 * #BEFORE} values before, at least the sampling noise of a small batch or 3 % of a positive signal:
 * a signal that never moved has no noise to compare with. Values that are not finite are left out.
 * Where fewer than {@value #SMALLEST_BEFORE} values lie before the onset, as when the failure was
 * there from the first step on, each step is compared with what a profile of healthy runs expects
 * of it, and s is the deviation of a healthy run's value from that.
 */
final class Shifts {

    private static final int BEFORE = 32;
    private static final int SMALLEST_BEFORE = 6;

    /** Later steps show what came of the change, and of what came of it. */
    private static final int AT_FIRST = 8;

    private static final int ASSUMED_COUNT = 128;

    /** A shift so large that the step at which it began stands out of the noise. */
    private static final double FAR = 6;

    private final List<Observation> before;
    private final List<Observation> since;
    private final Optional<Profile> profile;

    Shifts(List<Observation> recent, long onset) {
        this(recent, onset, Optional.empty());
    }

    /**
     * Splits observations at an onset.
     *
     * @param recent observations, oldest first, not empty
     * @param onset the first step of the change; of a step executed more than once the last
     *     execution counts
     * @param profile stands in for steps before the onset where there are too few
     */
    Shifts(List<Observation> recent, long onset, Optional<Profile> profile) {
        this.profile = profile;
        int attempt = recent.get(recent.size() - 1).key().attempt();
        int split = recent.size() - 1;
        while (split > 0
                && recent.get(split - 1).key().step() >= onset
                && recent.get(split - 1).key().attempt() == attempt) {
            split--;
        }
        before = full(recent.subList(Math.max(0, split - BEFORE), split));
        since = full(recent.subList(split, Math.min(recent.size(), split + AT_FIRST)));
    }

    private static List<Observation> full(List<Observation> observations) {
        return observations.stream().map(TrajectorySignals::addTo).toList();
    }

    /** Tells whether any of the steps has a value of a signal. */
    boolean logged(Signal signal) {
        return Stream.concat(before.stream(), since.stream())
                .anyMatch(observation -> observation.value(signal).isPresent());
    }

    /** Returns the signed shift of a signal; empty when there are too few values to tell. */
    OptionalDouble of(Signal signal) {
        return beyond(signal, 0);
    }

    /**
     * Returns the signed shift of a signal as far as it exceeds a tolerance.
     *
     * @param signal the signal
     * @param tolerance what is no shift yet, on the signal's scale, at least 0
     * @return the shift, 0 within the tolerance; empty when there are too few values to tell
     */
    OptionalDouble beyond(Signal signal, double tolerance) {
        Optional<Usual> usual = usual(signal);
        double[] now =
                since.stream()
                        .mapToDouble(o -> transformed(signal, o) - usualDrift(usual, signal, o))
                        .filter(Double::isFinite)
                        .toArray();
        if (usual.isEmpty() || now.length == 0) {
            return OptionalDouble.empty();
        }
        double distance = Robust.median(now) - usual.get().centre();
        double beyond = Math.max(0, Math.abs(distance) - tolerance);
        return OptionalDouble.of(Math.copySign(beyond, distance) / usual.get().deviation());
    }

    /**
     * Returns when a signal moved: the first of the steps since the onset from which on it is at
     * least half of the way to where it is now for two steps. Only a signal that is far away now
     * tells; a weak shift comes out of the noise at any step.
     *
     * @param signal the signal
     * @return the number of steps since the onset; empty when it did not move far, or cannot be
     *     told
     */
    OptionalInt arrival(Signal signal) {
        Optional<Usual> usual = usual(signal);
        OptionalDouble shift = of(signal);
        if (usual.isEmpty() || shift.isEmpty() || Math.abs(shift.getAsDouble()) < FAR) {
            return OptionalInt.empty();
        }
        double sign = Math.signum(shift.getAsDouble());
        int arrived = -1;
        boolean away = true;
        for (int step = since.size() - 1; step >= 0; step--) {
            Observation observation = since.get(step);
            double value =
                    transformed(signal, observation) - usualDrift(usual, signal, observation);
            double distance = sign * (value - usual.get().centre()) / usual.get().deviation();
            boolean now = distance >= Math.abs(shift.getAsDouble()) / 2;
            arrived = now && away ? step : arrived;
            away = now;
        }
        return arrived < 0 ? OptionalInt.empty() : OptionalInt.of(arrived);
    }

    /**
     * What is usual of a signal.
     *
     * @param centre its usual value, in a profile that of the first step since the onset
     * @param deviation of its noise
     * @param drifts whether a profile says how the usual value moves from there
     */
    private record Usual(double centre, double deviation, boolean drifts) {}

    private Optional<Usual> usual(Signal signal) {
        double[] old = values(signal, before);
        if (old.length < SMALLEST_BEFORE) {
            return expected(signal, since.get(0))
                    .map(usual -> new Usual(usual.level(), usual.deviation(), true));
        }
        double centre = Robust.median(old);
        double floor =
                switch (signal.scale()) {
                    case LINEAR -> 1e-9 + 0.01 * Math.abs(centre);
                    case LOG -> 0.03;
                    case FRACTION -> Transform.angularDeviation(count(signal));
                };
        double deviation = Math.max(Robust.deviation(old, centre), floor);
        return Optional.of(new Usual(centre, deviation, false));
    }

    private Optional<Profile.Expected> expected(Signal signal, Observation observation) {
        return profile.flatMap(healthy -> healthy.expected(signal, observation.key().step()));
    }

    /** How far the usual value has moved since the onset; NaN where a profile ends. */
    private double usualDrift(Optional<Usual> usual, Signal signal, Observation observation) {
        if (usual.filter(Usual::drifts).isEmpty()) {
            return 0;
        }
        return expected(signal, observation)
                .map(now -> now.level() - usual.get().centre())
                .orElse(Double.NaN);
    }

    private int count(Signal signal) {
        return since.get(since.size() - 1).count(signal).orElse(ASSUMED_COUNT);
    }

    /**
     * Brings a value to its scale. Three eighths of a sample are added to a share, so that one hit
     * where there was none is no more than it is (Anscombe, 1948).
     */
    private static double transformed(Signal signal, Observation observation) {
        double value = observation.value(signal).orElse(Double.NaN);
        if (!Double.isFinite(value)) {
            return Double.NaN;
        }
        if (signal.scale() == Signal.Scale.FRACTION) {
            double count = observation.count(signal).orElse(ASSUMED_COUNT);
            value = (value * count + 0.375) / (count + 0.75);
        }
        return Transform.apply(signal.scale(), value);
    }

    private static double[] values(Signal signal, List<Observation> observations) {
        return observations.stream()
                .mapToDouble(observation -> transformed(signal, observation))
                .filter(Double::isFinite)
                .toArray();
    }
}
