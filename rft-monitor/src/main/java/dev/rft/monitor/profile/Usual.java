package dev.rft.monitor.profile;

import dev.rft.api.signal.Signal;
import java.util.List;
import java.util.Objects;

/**
 * What a signal does in healthy runs, on its scale.
 *
 * <p>Implementation note. A new run's level over n steps of a phase deviates from the mean of R
 * runs by {@code sqrt((s^2 + noise^2 / n) (1 + 1 / R))}. The spread between runs s^2 is hardly
 * known from a few of them, so that it is moderated (Smyth, 2004): {@code s^2 = (d0 noise^2 + (R -
 * 1) spread^2) / (d0 + R - 1)}, as if d0 = {@value #PRIOR} more runs had shown that runs differ
 * from each other as much as a step differs from the next. The deviation divided by this has
 * Student's t distribution with d0 + R - 1 degrees of freedom, whose tail is what few runs cost.
 *
 * @param signal the signal
 * @param runs in how many runs it was seen, at least 2
 * @param spread deviation of the runs' levels from their mean, pooled over the phases, at least 0
 * @param noise deviation of a run's values from one step to the next, positive
 * @param levels mean of the runs' levels per phase; NaN where too few runs showed any; copied
 */
record Usual(Signal signal, int runs, double spread, double noise, List<Double> levels) {

    /** So many runs' worth of belief that runs differ as steps do. */
    static final double PRIOR = 8;

    Usual {
        Objects.requireNonNull(signal, "signal");
        if (runs < 2) {
            throw new IllegalArgumentException("runs: must be >= 2, was " + runs);
        }
        if (!(spread >= 0 && Double.isFinite(spread))) {
            throw new IllegalArgumentException("spread: must be finite and >= 0, was " + spread);
        }
        if (!(noise > 0 && Double.isFinite(noise))) {
            throw new IllegalArgumentException("noise: must be finite and > 0, was " + noise);
        }
        levels = List.copyOf(levels);
        if (levels.stream().anyMatch(level -> Double.isInfinite(level))) {
            throw new IllegalArgumentException("levels: must be finite, were " + levels);
        }
    }

    /** Tells whether enough healthy runs got to a phase. */
    boolean knows(int phase) {
        return phase < levels.size() && Double.isFinite(levels.get(phase));
    }

    /** Returns the expected level in a phase that is known. */
    double level(int phase) {
        return levels.get(phase);
    }

    /** Returns the standard deviation of a healthy run's level over n steps around the expected. */
    double deviation(int n) {
        double squared =
                (PRIOR * noise * noise + (runs - 1) * spread * spread) / (PRIOR + runs - 1);
        return Math.sqrt((squared + noise * noise / n) * (1 + 1.0 / runs));
    }

    /** Returns the degrees of freedom of that deviation. */
    double freedom() {
        return PRIOR + runs - 1;
    }
}
