package dev.rft.core.policy;

import java.util.function.IntToDoubleFunction;

/**
 * Generalized advantage estimation (arXiv 1506.02438), with what the critic learns from.
 *
 * <p>Implementation note. {@code delta_t = r_t + gamma V_{t+1} - V_t} and {@code A_t = delta_t +
 * gamma lambda A_{t+1}}, backwards from 0. At a masked place nothing is computed: value and
 * advantage of the next response token are carried across the gap, undiscounted. {@code R = A + V}
 * is taken before any whitening.
 */
public final class Gae {

    private final double[][] advantages;
    private final double[][] returns;

    private Gae(double[][] advantages, double[][] returns) {
        this.advantages = advantages;
        this.returns = returns;
    }

    /**
     * Estimates.
     *
     * @param episodes the episodes, with values
     * @param gamma discount, in [0, 1]
     * @param lambda trace decay, in [0, 1]
     * @return advantages and returns
     * @throws IllegalArgumentException without values
     */
    public static Gae of(Episodes episodes, double gamma, double lambda) {
        Checks.share("lambda", lambda);
        double[][] advantages = backwards(episodes, gamma, length -> lambda);
        return new Gae(advantages, returns(episodes, advantages));
    }

    /**
     * Estimates as VAPO does (arXiv 2504.05118): for the policy lambda is {@code 1 - 1 / (alpha
     * length)}, clamped to [0, 1], so that the reward reaches the first token of a long response;
     * for the critic it is 1.
     *
     * @param episodes the episodes, with values
     * @param gamma discount, in [0, 1]
     * @param alpha above 0; 0.05 in the paper
     * @return advantages and returns
     * @throws IllegalArgumentException without values
     */
    public static Gae lengthAdaptive(Episodes episodes, double gamma, double alpha) {
        Checks.positive("alpha", alpha);
        double[][] advantages =
                backwards(
                        episodes,
                        gamma,
                        length -> Math.max(0, Math.min(1, 1 - 1 / (alpha * length))));
        return new Gae(advantages, returns(episodes, backwards(episodes, gamma, length -> 1)));
    }

    /** Returns {@code [batch][tokens]}, 0 where the mask is false. */
    public double[][] advantages() {
        return advantages;
    }

    /** Returns {@code [batch][tokens]}, the critic's targets; 0 where the mask is false. */
    public double[][] returns() {
        return returns;
    }

    private static double[][] backwards(
            Episodes episodes, double gamma, IntToDoubleFunction lambdaOfLength) {
        Checks.share("gamma", gamma);
        double[][] values = values(episodes);
        double[][] rewards = episodes.rewards();
        double[][] advantages = new double[values.length][];
        int[] lengths = episodes.lengths();
        for (int row = 0; row < values.length; row++) {
            boolean[] mask = episodes.mask()[row];
            double lambda = lambdaOfLength.applyAsDouble(lengths[row]);
            double nextValue = 0;
            double next = 0;
            advantages[row] = new double[mask.length];
            for (int t = mask.length - 1; t >= 0; t--) {
                if (mask[t]) {
                    double delta = rewards[row][t] + gamma * nextValue - values[row][t];
                    next = delta + gamma * lambda * next;
                    nextValue = values[row][t];
                    advantages[row][t] = next;
                }
            }
        }
        return advantages;
    }

    private static double[][] returns(Episodes episodes, double[][] advantages) {
        double[][] values = values(episodes);
        boolean[][] mask = episodes.mask();
        double[][] returns = new double[mask.length][];
        for (int row = 0; row < mask.length; row++) {
            returns[row] = new double[mask[row].length];
            for (int t = 0; t < mask[row].length; t++) {
                returns[row][t] = mask[row][t] ? advantages[row][t] + values[row][t] : 0;
            }
        }
        return returns;
    }

    private static double[][] values(Episodes episodes) {
        return episodes.values()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "values: must be given for GAE, were missing"));
    }
}
