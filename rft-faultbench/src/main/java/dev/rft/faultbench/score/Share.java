package dev.rft.faultbench.score;

import java.util.Locale;

/**
 * A share of a count, with its 95 % interval.
 *
 * <p>Note. The interval is Wilson's (1927), {@code (p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 +
 * z²/n)}: it stays within [0, 1] and is honest where nothing or everything was hit.
 *
 * @param hits how many, at most {@code of}
 * @param of of how many; 0 for a share that does not exist
 */
public record Share(long hits, long of) {

    private static final double Z = 1.959964;

    /** Checks the counts. */
    public Share {
        if (hits < 0 || hits > of) {
            throw new IllegalArgumentException(
                    "share: must have 0 <= hits <= of, was " + hits + " of " + of);
        }
    }

    /** Returns the share, in [0, 1]; NaN of none. */
    public double value() {
        return hits / (double) of;
    }

    /** Returns the lower end of the interval; NaN of none. */
    public double low() {
        return hits == 0 ? value() : middle() - halfWidth();
    }

    /** Returns the upper end of the interval; NaN of none. */
    public double high() {
        return hits == of ? value() : middle() + halfWidth();
    }

    private double middle() {
        return (value() + Z * Z / (2 * of)) / (1 + Z * Z / of);
    }

    private double halfWidth() {
        double p = value();
        double n = of;
        return Z * Math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n);
    }

    /** Returns it for people: {@code 3/4 = 0.75 (0.30 to 0.95)}. */
    public String text() {
        return of == 0
                ? "–"
                : String.format(
                        Locale.ROOT,
                        "%d/%d = %.2f (%.2f to %.2f)",
                        hits,
                        of,
                        value(),
                        low(),
                        high());
    }

    /** Returns the counts alone: {@code 3/4}. */
    String counts() {
        return of == 0 ? "–" : hits + "/" + of;
    }
}
