package dev.rft.core.policy;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Sampled responses as advantages see them: rewards of tokens, a mask and, with a critic, values;
 * the responses to a prompt in one run. The arrays are not copied: whoever reads them leaves them
 * as they are. What stands where the mask is false is never looked at.
 */
public final class Episodes {

    private final double[][] rewards;
    private final boolean[][] mask;
    private final double @Nullable [][] values;
    private final int groupSize;

    /**
     * Holds episodes. All arrays are {@code [batch][tokens]}.
     *
     * @param rewards reward of each token
     * @param mask true on response tokens; gaps are observations of a tool. A row without any does
     *     not count
     * @param values the critic's value before each token; null without a critic
     * @param groupSize responses per prompt, a divisor of the number of rows
     */
    public Episodes(
            double[][] rewards, boolean[][] mask, double @Nullable [][] values, int groupSize) {
        this.rewards = Objects.requireNonNull(rewards, "rewards");
        this.mask = Objects.requireNonNull(mask, "mask");
        this.values = values;
        this.groupSize = groupSize;
        if (groupSize < 1 || mask.length % groupSize != 0) {
            throw new IllegalArgumentException(
                    "group size: must be >= 1 and divide the number of rows, were "
                            + groupSize
                            + ", "
                            + mask.length);
        }
        checkShape("rewards", rewards);
        if (values != null) {
            checkShape("values", values);
        }
    }

    /**
     * Makes episodes with one reward each, at the last response token, and without values.
     *
     * @param rewards {@code [batch]}, reward of each response
     * @param mask {@code [batch][tokens]}, true on response tokens
     * @param groupSize responses per prompt
     * @return the episodes
     */
    public static Episodes rewardedAtTheEnd(double[] rewards, boolean[][] mask, int groupSize) {
        if (rewards.length != mask.length) {
            throw new IllegalArgumentException(
                    "rewards: must be one per row, " + mask.length + ", were " + rewards.length);
        }
        double[][] perToken = new double[mask.length][];
        for (int row = 0; row < mask.length; row++) {
            perToken[row] = new double[mask[row].length];
            int last = mask[row].length - 1;
            while (last >= 0 && !mask[row][last]) {
                last--;
            }
            if (last >= 0) {
                perToken[row][last] = rewards[row];
            }
        }
        return new Episodes(perToken, mask, null, groupSize);
    }

    /** Returns {@code [batch][tokens]}, the reward of each token. */
    public double[][] rewards() {
        return rewards;
    }

    /** Returns {@code [batch][tokens]}, true on response tokens. */
    public boolean[][] mask() {
        return mask;
    }

    /** Returns {@code [batch][tokens]}, the critic's values; empty without a critic. */
    public Optional<double[][]> values() {
        return Optional.ofNullable(values);
    }

    /** Returns how many responses a prompt has. */
    public int groupSize() {
        return groupSize;
    }

    /** Returns {@code [batch]}, response tokens of each row. */
    public int[] lengths() {
        int[] lengths = new int[mask.length];
        for (int row = 0; row < lengths.length; row++) {
            lengths[row] = Tokens.count(mask[row]);
        }
        return lengths;
    }

    /** Returns {@code [batch]}, whether each row has a response token. */
    public boolean[] counts() {
        boolean[] counts = new boolean[mask.length];
        for (int row = 0; row < counts.length; row++) {
            counts[row] = Tokens.count(mask[row]) > 0;
        }
        return counts;
    }

    /** Returns {@code [batch]}, the sum of each row's rewards over its response tokens. */
    public double[] totals() {
        double[] totals = new double[mask.length];
        for (int row = 0; row < totals.length; row++) {
            for (int t = 0; t < mask[row].length; t++) {
                totals[row] += mask[row][t] ? rewards[row][t] : 0;
            }
        }
        return totals;
    }

    private void checkShape(String name, double[][] array) {
        boolean same = array.length == mask.length;
        for (int row = 0; same && row < mask.length; row++) {
            same = array[row].length == mask[row].length;
        }
        if (!same) {
            throw new IllegalArgumentException(
                    name + ": must have the mask's shape, had " + array.length + " rows");
        }
    }
}
