package dev.rft.core.rollout;

import dev.rft.core.model.PolicyModel;
import dev.rft.core.model.Transformer;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * Behaviour policies made of the policy being trained with a fraction of its blocks left out, drawn
 * anew for each batch (Nested-ReFT, arXiv 2508.10123): each token costs less, and the samples are
 * off-policy by design.
 *
 * <p>A {@link Sampler} on the {@linkplain #behaviour behaviour policy} records that policy's
 * log-probabilities; what the trainer computes under the whole model differs from them, and an
 * importance weight {@code exp(l_old - l_roll)} can correct for it.
 *
 * <p>Of {@code n} blocks {@code max(1, round(fraction n))} are left out, a half rounded up, none
 * when the fraction is 0. The first and the last block always run, so that at least three blocks
 * are needed for any to be left out. All sets of that size are equally likely.
 *
 * @param fraction share of the blocks that is left out, in [0, 1)
 */
public record NestedRollouts(double fraction) {

    /** Checks the range. */
    public NestedRollouts {
        if (!(fraction >= 0 && fraction < 1)) {
            throw new IllegalArgumentException("fraction: must be in [0, 1), was " + fraction);
        }
    }

    /**
     * Draws the blocks to leave out.
     *
     * @param blocks number of blocks of the model
     * @param random the only source of randomness; not used when the fraction is 0
     * @return the blocks, from 0
     * @throws IllegalArgumentException when so many cannot be left out beside the first and last
     */
    public Set<Integer> draw(int blocks, RandomGenerator random) {
        Set<Integer> drawn = new TreeSet<>();
        if (fraction == 0) {
            return drawn;
        }
        long count = Math.max(1, Math.round(fraction * blocks));
        int inner = blocks - 2;
        if (count > inner) {
            throw new IllegalArgumentException(
                    "fraction: must leave the first and last of "
                            + blocks
                            + " blocks, "
                            + fraction
                            + " leaves out "
                            + count);
        }
        while (drawn.size() < count) {
            // Rejects what was drawn before: uniform over the sets, and the counts are small.
            drawn.add(1 + random.nextInt(inner));
        }
        return drawn;
    }

    /**
     * Makes the behaviour policy of one batch.
     *
     * @param policy the policy being trained; borrowed
     * @param random the only source of randomness
     * @return a view on the policy's weights; valid as long as they are
     */
    public PolicyModel behaviour(Transformer policy, RandomGenerator random) {
        return policy.skipping(draw(policy.config().layers(), random));
    }
}
