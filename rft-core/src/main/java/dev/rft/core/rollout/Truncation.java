package dev.rft.core.rollout;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;

/**
 * Top-k and top-p restriction of probabilities.
 *
 * <p>Implementation note. Both find the least probability that is kept and keep all tokens at or
 * above it: the result does not depend on how the engine orders equal entries. In double precision,
 * so that the sum over a large vocabulary does not move the border of the nucleus.
 */
final class Truncation {

    private Truncation() {}

    /**
     * Sets the probabilities of excluded tokens to 0; what is left is not normalised.
     *
     * @param probabilities {@code [batch, vocabulary]} float64; borrowed
     * @param sampling the restrictions
     * @return {@code [batch, vocabulary]} float64; the caller closes it
     */
    static NDArray of(NDArray probabilities, Sampling sampling) {
        NDArray kept = probabilities;
        int topK = sampling.topK();
        if (topK > 0 && topK < probabilities.getShape().get(1)) {
            NDArray largest = kept.topK(topK, 1, true, true).get(0);
            kept = atLeast(kept, largest.get(new NDIndex(":, {}:", topK - 1)));
        }
        if (sampling.topP() < 1) {
            kept = atLeast(kept, leastOfNucleus(kept, sampling.topP()));
        }
        return kept;
    }

    /** A token belongs to the nucleus when those more probable hold less than the share. */
    private static NDArray leastOfNucleus(NDArray probabilities, double share) {
        NDArray descending = probabilities.neg().sort(1).neg();
        NDArray cumulative = descending.cumSum(1);
        NDArray total = cumulative.get(new NDIndex(":, -1:"));
        NDArray members =
                cumulative
                        .sub(descending)
                        .lt(total.mul(share))
                        .toType(DataType.INT64, true)
                        .sum(new int[] {1}, true);
        return descending.gather(members.sub(1), 1);
    }

    private static NDArray atLeast(NDArray probabilities, NDArray least) {
        return probabilities.mul(probabilities.gte(least).toType(DataType.FLOAT64, true));
    }
}
