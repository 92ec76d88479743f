package dev.rft.core.policy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.jspecify.annotations.Nullable;

/**
 * What a policy loss is computed from. All arrays are {@code [batch, tokens]} and borrowed; what
 * stands where the mask is false is never looked at, be it NaN.
 *
 * @param logProb log-probability of the sampled token under the policy being trained, with its
 *     gradient
 * @param oldLogProb under the policy that the update started from
 * @param referenceLogProb under the frozen reference; null when nothing needs it
 * @param advantage the advantage of each token
 * @param mask boolean, true on response tokens
 * @param rolloutLogProb as the sampler reported it; null without a {@link RolloutCorrection}
 * @param entropy of the policy being trained at each place, with its gradient; null without an
 *     entropy bonus
 * @param correct boolean, true on the tokens of correct responses; null without a term that
 *     imitates them
 * @param totals denominators of the whole batch that this is a part of; null when this is the whole
 */
public record PolicyBatch(
        NDArray logProb,
        NDArray oldLogProb,
        @Nullable NDArray referenceLogProb,
        NDArray advantage,
        NDArray mask,
        @Nullable NDArray rolloutLogProb,
        @Nullable NDArray entropy,
        @Nullable NDArray correct,
        @Nullable BatchTotals totals) {

    /** Checks that all shapes are those of the mask. */
    public PolicyBatch {
        checkBoolean("mask", mask);
        if (mask.getShape().dimension() != 2) {
            throw new IllegalArgumentException(
                    "mask: must be [batch, tokens], was " + mask.getShape());
        }
        check("logProb", logProb, mask.getShape());
        check("oldLogProb", oldLogProb, mask.getShape());
        check("advantage", advantage, mask.getShape());
        check("referenceLogProb", referenceLogProb, mask.getShape());
        check("rolloutLogProb", rolloutLogProb, mask.getShape());
        check("entropy", entropy, mask.getShape());
        check("correct", correct, mask.getShape());
        if (correct != null) {
            checkBoolean("correct", correct);
        }
    }

    /**
     * Makes a whole batch for an objective without a correction, a bonus or imitation.
     *
     * @param logProb under the policy being trained, with its gradient
     * @param oldLogProb under the policy that the update started from
     * @param referenceLogProb under the frozen reference; null when nothing needs it
     * @param advantage the advantage of each token
     * @param mask boolean, true on response tokens
     */
    public PolicyBatch(
            NDArray logProb,
            NDArray oldLogProb,
            @Nullable NDArray referenceLogProb,
            NDArray advantage,
            NDArray mask) {
        this(logProb, oldLogProb, referenceLogProb, advantage, mask, null, null, null, null);
    }

    private static void checkBoolean(String name, NDArray array) {
        if (array.getDataType() != DataType.BOOLEAN) {
            throw new IllegalArgumentException(
                    name + ": must be boolean, was " + array.getDataType());
        }
    }

    private static void check(String name, @Nullable NDArray array, Shape shape) {
        if (array != null && !array.getShape().equals(shape)) {
            throw new IllegalArgumentException(
                    name + ": must have the mask's shape " + shape + ", had " + array.getShape());
        }
    }
}
