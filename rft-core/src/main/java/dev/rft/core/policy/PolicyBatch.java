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
 * @param referenceLogProb under the frozen reference; null when no KL term is used
 * @param advantage the advantage of each token
 * @param mask boolean, true on response tokens
 */
public record PolicyBatch(
        NDArray logProb,
        NDArray oldLogProb,
        @Nullable NDArray referenceLogProb,
        NDArray advantage,
        NDArray mask) {

    /** Checks that all shapes are those of the mask. */
    public PolicyBatch {
        if (mask.getDataType() != DataType.BOOLEAN || mask.getShape().dimension() != 2) {
            throw new IllegalArgumentException(
                    "mask: must be boolean [batch, tokens], was "
                            + mask.getDataType()
                            + " "
                            + mask.getShape());
        }
        check("logProb", logProb, mask.getShape());
        check("oldLogProb", oldLogProb, mask.getShape());
        check("advantage", advantage, mask.getShape());
        if (referenceLogProb != null) {
            check("referenceLogProb", referenceLogProb, mask.getShape());
        }
    }

    private static void check(String name, NDArray array, Shape shape) {
        if (!array.getShape().equals(shape)) {
            throw new IllegalArgumentException(
                    name + ": must have the mask's shape " + shape + ", had " + array.getShape());
        }
    }
}
