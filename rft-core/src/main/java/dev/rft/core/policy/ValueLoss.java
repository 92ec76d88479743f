package dev.rft.core.policy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * A critic's clipped loss, {@code 1/2 agg max((V - R)^2, (clip(V, V_old - e, V_old + e) - R)^2)}
 * (PPO, arXiv 1707.06347, as implemented by its authors).
 *
 * @param clip {@code e}, how far a value may move from the old one and still be followed, above 0;
 *     infinite for no clip
 * @param aggregation how tokens become one number
 */
public record ValueLoss(double clip, Aggregation aggregation) {

    /** Checks the range. */
    public ValueLoss {
        Objects.requireNonNull(aggregation, "aggregation");
        if (!(clip > 0)) {
            throw new IllegalArgumentException("value clip: must be > 0, was " + clip);
        }
    }

    /** Returns the loss with clip 0.2 and the mean over tokens. */
    public static ValueLoss defaults() {
        return new ValueLoss(0.2, Aggregation.TOKEN_MEAN);
    }

    /**
     * Computes the loss. All arrays are {@code [batch, tokens]} and borrowed; what stands where the
     * mask is false is never looked at.
     *
     * @param values {@code V}, with its gradient
     * @param oldValues {@code V_old}, before the update
     * @param returns {@code R}
     * @param mask boolean, true on response tokens
     * @return a scalar with its gradient; the caller closes it
     * @throws IllegalArgumentException when no token counts
     */
    public NDArray loss(NDArray values, NDArray oldValues, NDArray returns, NDArray mask) {
        return loss(values, oldValues, returns, mask, BatchTotals.of(mask, null));
    }

    /**
     * Computes the loss of a part of a batch, so that the losses of the parts sum up to the whole
     * batch's. All arrays are {@code [batch, tokens]} and borrowed, as above.
     *
     * @param values {@code V}, with its gradient
     * @param oldValues {@code V_old}, before the update
     * @param returns {@code R}
     * @param mask boolean, true on response tokens
     * @param totals denominators of the whole batch
     * @return a scalar with its gradient; the caller closes it
     */
    public NDArray loss(
            NDArray values, NDArray oldValues, NDArray returns, NDArray mask, BatchTotals totals) {
        NDArray value = Masked.select(mask, values);
        NDArray old = Masked.constant(mask, oldValues);
        NDArray target = Masked.constant(mask, returns);
        NDArray free = value.sub(target).square();
        NDArray moved = value.sub(old).clip(-clip, clip).add(old);
        NDArray worst = NDArrays.maximum(free, moved.sub(target).square());
        double length = (double) mask.getShape().get(1);
        return Scalars.times(aggregation.aggregate(worst, mask, totals, length), 0.5);
    }

    /**
     * Computes {@code 1 - Var(R - V) / Var(R)} over response tokens: 1 for a perfect critic, 0 for
     * a constant, negative for a harmful one. All arrays are {@code [batch][tokens]}.
     *
     * @param values {@code V}
     * @param returns {@code R}
     * @param mask true on response tokens
     * @return the share of the variance; empty when the returns do not vary
     */
    public static OptionalDouble explainedVariance(
            double[][] values, double[][] returns, boolean[][] mask) {
        double[] rest = new double[Tokens.count(mask)];
        double[] target = new double[rest.length];
        int n = 0;
        for (int row = 0; row < mask.length; row++) {
            for (int t = 0; t < mask[row].length; t++) {
                if (mask[row][t]) {
                    rest[n] = returns[row][t] - values[row][t];
                    target[n++] = returns[row][t];
                }
            }
        }
        double spread = Tokens.squares(target);
        return spread > 0
                ? OptionalDouble.of(1 - Tokens.squares(rest) / spread)
                : OptionalDouble.empty();
    }
}
