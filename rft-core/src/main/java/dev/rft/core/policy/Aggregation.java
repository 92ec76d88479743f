package dev.rft.core.policy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.types.DataType;

/**
 * How the losses of single tokens become one number.
 *
 * <p>A sequence without a response token leaves the denominator; a batch without any is an error,
 * because its mean does not exist (other frameworks return NaN there).
 */
public enum Aggregation {
    /** {@code sum(x m) / sum(m)}: every token counts alike (DAPO, arXiv 2503.14476). */
    TOKEN_MEAN,
    /**
     * Mean over sequences of the mean over their tokens: every sequence counts alike (GRPO, arXiv
     * 2402.03300).
     */
    SEQUENCE_MEAN_TOKEN_MEAN,
    /** Mean over sequences of the sum over their tokens. */
    SEQUENCE_MEAN_TOKEN_SUM,
    /**
     * The former divided by a constant length, the number of columns unless given: no bias by
     * length (Dr.GRPO, arXiv 2503.20783).
     */
    SEQUENCE_MEAN_TOKEN_SUM_NORMALIZED;

    /**
     * Aggregates a whole batch; {@link #SEQUENCE_MEAN_TOKEN_SUM_NORMALIZED} divides by the number
     * of columns.
     *
     * @param values {@code [batch, tokens]} float32; borrowed; anything, NaN included, where the
     *     mask is false
     * @param mask {@code [batch, tokens]} boolean, true on response tokens; borrowed
     * @return a scalar; the caller closes it
     * @throws IllegalArgumentException when no token counts
     */
    public NDArray aggregate(NDArray values, NDArray mask) {
        return aggregate(values, mask, BatchTotals.of(mask, null), (double) mask.getShape().get(1));
    }

    /**
     * Aggregates a batch or a part of one.
     *
     * @param values {@code [batch, tokens]} float32; borrowed; anything, NaN included, where the
     *     mask is false
     * @param mask {@code [batch, tokens]} boolean, true on response tokens; borrowed
     * @param totals the denominators
     * @param length the constant of {@link #SEQUENCE_MEAN_TOKEN_SUM_NORMALIZED}
     * @return a scalar; the caller closes it
     */
    NDArray aggregate(NDArray values, NDArray mask, BatchTotals totals, double length) {
        NDArray kept = Masked.select(mask, values);
        if (this == TOKEN_MEAN) {
            return Scalars.over(kept.sum(), (double) totals.tokens());
        }
        NDArray sums = kept.sum(new int[] {1});
        float sequences = totals.sequences();
        if (this == SEQUENCE_MEAN_TOKEN_MEAN) {
            NDArray counts = mask.toType(DataType.FLOAT32, true).sum(new int[] {1});
            NDArray one = counts.getManager().create(1f);
            return Scalars.over(sums.div(NDArrays.maximum(counts, one)).sum(), sequences);
        }
        float divisor = this == SEQUENCE_MEAN_TOKEN_SUM ? sequences : (float) (sequences * length);
        return Scalars.over(sums.sum(), divisor);
    }
}
