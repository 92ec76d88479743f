package dev.rft.monitor.profile;

import dev.rft.api.signal.Observation;
import dev.rft.monitor.stats.Limits;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Tells by its first step whether a run is one of the profile's set-up at all.
 *
 * <p>Implementation note. The first step is drawn by the policy as it was before any training. A
 * fault moves the signals of the part of the step in which it acts, and those that follow from
 * them; another model or another task moves nearly all. So the run is of another set-up when at
 * least {@value #MOST} of at least {@value #FEWEST} signals are where fewer than {@value #RARE} of
 * healthy runs are. That a fault which moves everything within one step is mistaken for another
 * set-up is the price; it is said aloud, and the detectors that need no profile go on.
 */
final class SetUp {

    private static final double MOST = 0.75;
    private static final int FEWEST = 8;
    private static final double RARE = 0.01;

    private final Profile profile;
    private int compared;
    private int different;

    /** Whether the first step was seen. */
    private boolean seen;

    SetUp(Profile profile) {
        this.profile = profile;
    }

    /** Takes in a step; only the first with enough signals of the profile is looked at. */
    void observe(Observation observation) {
        if (seen) {
            return;
        }
        int phase = Phases.of(observation.key().step());
        Map<Double, Double> limits = new HashMap<>();
        for (Usual usual : profile.all()) {
            OptionalDouble value = Levels.read(usual.signal(), observation);
            if (value.isPresent() && usual.knows(phase)) {
                double distance = Math.abs(value.getAsDouble() - usual.level(phase));
                double limit =
                        limits.computeIfAbsent(
                                usual.freedom(),
                                freedom -> Limits.studentQuantile(RARE / 2, freedom));
                compared++;
                different += distance > limit * usual.deviation(1) ? 1 : 0;
            }
        }
        if (compared < FEWEST) { // Too little to tell; a later step will.
            compared = 0;
            different = 0;
        }
        seen = compared > 0;
    }

    /** Tells whether the run is of another set-up. */
    boolean other() {
        return compared >= FEWEST && different >= MOST * compared;
    }

    /** Returns how many of the signals differ, as a share of those compared; 0 when none were. */
    double share() {
        return compared == 0 ? 0 : (double) different / compared;
    }

    boolean seen() {
        return seen;
    }

    String reason() {
        return String.format(
                Locale.ROOT,
                "another set-up than the profile's: %d of %d signals differ in its first step",
                different,
                compared);
    }

    double[] save() {
        return new double[] {compared, different};
    }

    /**
     * Takes back what an equal one has seen.
     *
     * @param state what {@link #save} returned, or an empty array for nothing
     */
    void restore(double[] state) {
        if (state.length != 0 && state.length != 2) {
            throw new IllegalArgumentException(
                    "state of the set-up: must have 2 numbers, was " + Arrays.toString(state));
        }
        compared = state.length == 0 ? 0 : (int) state[0];
        different = state.length == 0 ? 0 : (int) state[1];
        seen = compared > 0;
    }
}
