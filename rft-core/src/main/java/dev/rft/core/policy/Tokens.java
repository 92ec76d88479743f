package dev.rft.core.policy;

import java.util.Arrays;

/** Sums over response tokens on the host. */
final class Tokens {

    /** Keeps the quotient finite for a variance of almost 0. */
    private static final double EPSILON = 1e-8;

    private Tokens() {}

    static int count(boolean[][] mask) {
        int n = 0;
        for (boolean[] row : mask) {
            n += count(row);
        }
        return n;
    }

    static int count(boolean[] mask) {
        int n = 0;
        for (boolean one : mask) {
            n += one ? 1 : 0;
        }
        return n;
    }

    /** Returns the values where the mask is true, row by row. */
    static double[] select(double[][] values, boolean[][] mask) {
        double[] kept = new double[count(mask)];
        int n = 0;
        for (int row = 0; row < mask.length; row++) {
            for (int t = 0; t < mask[row].length; t++) {
                if (mask[row][t]) {
                    kept[n++] = values[row][t];
                }
            }
        }
        return kept;
    }

    /** Returns the sum of squared distances from the mean; exactly 0 for equal values. */
    static double squares(double[] values) {
        if (values.length == 0 || Arrays.stream(values).allMatch(value -> value == values[0])) {
            return 0;
        }
        double mean = Arrays.stream(values).sum() / values.length;
        return Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum();
    }

    /** Gives each response token its row's value, 0 elsewhere. */
    static double[][] spread(double[] perRow, boolean[][] mask) {
        double[][] spread = new double[mask.length][];
        for (int row = 0; row < mask.length; row++) {
            spread[row] = new double[mask[row].length];
            for (int t = 0; t < mask[row].length; t++) {
                spread[row][t] = mask[row][t] ? perRow[row] : 0;
            }
        }
        return spread;
    }

    /**
     * Whitens over the response tokens, {@code (x - mean) / sqrt(var + 1e-8)} with the unbiased
     * variance. Equal values, and a single one, give exactly 0.
     */
    static double[][] whiten(double[][] values, boolean[][] mask) {
        double[] kept = select(values, mask);
        double[][] white = new double[mask.length][];
        double squares = squares(kept);
        double mean = Arrays.stream(kept).sum() / kept.length;
        double deviation = Math.sqrt(squares / (kept.length - 1) + EPSILON);
        for (int row = 0; row < mask.length; row++) {
            white[row] = new double[mask[row].length];
            for (int t = 0; t < mask[row].length; t++) {
                // A sum of squares that is NaN is not 0: NaN shows.
                if (mask[row][t] && squares != 0) {
                    white[row][t] = (values[row][t] - mean) / deviation;
                }
            }
        }
        return white;
    }
}
