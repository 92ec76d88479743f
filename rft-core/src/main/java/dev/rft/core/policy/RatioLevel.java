package dev.rft.core.policy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.types.DataType;

/** What the importance ratio between two policies is taken over. */
public enum RatioLevel {
    /** Each token has its own, {@code d = l - l_old}. */
    TOKEN {
        @Override
        NDArray logRatio(NDArray logProb, NDArray difference, NDArray mask) {
            return difference;
        }
    },
    /**
     * The tokens of a sequence share the mean of theirs, {@code l - sg(l) + sg(mean_t d)}: the
     * value of the sequence's ratio, normalised by its length, with each token's own gradient
     * (GSPO, arXiv 2507.18071).
     */
    SEQUENCE {
        @Override
        NDArray logRatio(NDArray logProb, NDArray difference, NDArray mask) {
            NDArray mean = rowMean(difference.stopGradient(), mask);
            return Masked.select(mask, logProb.sub(logProb.stopGradient()).add(mean));
        }
    };

    /**
     * Computes the log-ratio of each token.
     *
     * @param logProb {@code [batch, tokens]}, 0 where the mask is false; borrowed
     * @param difference {@code [batch, tokens]}, {@code l - l_old}, 0 where the mask is false;
     *     borrowed
     * @param mask {@code [batch, tokens]} boolean; borrowed
     * @return {@code [batch, tokens]}, 0 where the mask is false
     */
    abstract NDArray logRatio(NDArray logProb, NDArray difference, NDArray mask);

    /**
     * Averages each row over its response tokens.
     *
     * @param values {@code [batch, tokens]}, 0 where the mask is false; borrowed
     * @param mask {@code [batch, tokens]} boolean; borrowed
     * @return {@code [batch, 1]}, 0 for a row without a response token
     */
    static NDArray rowMean(NDArray values, NDArray mask) {
        NDArray counts = mask.toType(DataType.FLOAT32, true).sum(new int[] {1}, true);
        NDArray one = counts.getManager().create(1f);
        return values.sum(new int[] {1}, true).div(NDArrays.maximum(counts, one));
    }
}
