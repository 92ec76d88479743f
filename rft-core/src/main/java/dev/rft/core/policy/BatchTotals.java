package dev.rft.core.policy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import org.jspecify.annotations.Nullable;

/**
 * The denominators of a batch. A part of a batch takes those of the whole, so that the losses of
 * the parts, and their gradients, sum up to the whole batch's.
 *
 * @param tokens response tokens
 * @param sequences sequences with a response token
 * @param correctTokens response tokens of the correct sequences; 0 when that is not known
 */
public record BatchTotals(long tokens, long sequences, long correctTokens) {

    /** Checks that a token counts. */
    public BatchTotals {
        if (tokens < 1) {
            throw new IllegalArgumentException(
                    "mask: must have at least one response token, had " + tokens);
        }
        if (sequences < 1 || sequences > tokens || correctTokens < 0 || correctTokens > tokens) {
            throw new IllegalArgumentException(
                    "totals: sequences must be in [1, tokens] and correct tokens in [0, tokens], were "
                            + sequences
                            + ", "
                            + correctTokens
                            + " of "
                            + tokens);
        }
    }

    /**
     * Counts.
     *
     * @param mask {@code [batch, tokens]} boolean; borrowed
     * @param correct {@code [batch, tokens]} boolean, true on the tokens of correct sequences;
     *     borrowed; null when that is not known
     * @return the counts
     * @throws IllegalArgumentException when no token counts
     */
    static BatchTotals of(NDArray mask, @Nullable NDArray correct) {
        NDArray counts = mask.toType(DataType.FLOAT32, true).sum(new int[] {1});
        long tokens = (long) counts.sum().getFloat();
        if (tokens == 0) {
            throw new IllegalArgumentException(
                    "mask: must have at least one response token, had none in " + mask.getShape());
        }
        long sequences = count(counts.gt(0));
        return new BatchTotals(
                tokens, sequences, correct == null ? 0 : count(correct.logicalAnd(mask)));
    }

    private static long count(NDArray condition) {
        return (long) condition.toType(DataType.FLOAT32, true).sum().getFloat();
    }
}
