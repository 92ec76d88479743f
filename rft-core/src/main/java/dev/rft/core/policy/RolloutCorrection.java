package dev.rft.core.policy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import java.util.Objects;

/**
 * A weight on the loss of each token for what the sampler and the trainer disagree about, {@code w
 * = exp(clamp(l_old - l_roll, -20, 20))}, of the token or of the sum over its sequence. It carries
 * no gradient.
 *
 * <p>Nested-ReFT's three mitigations (arXiv 2508.10123) are an objective without a correction,
 * {@link #plain()} and {@link #retrace()}.
 *
 * @param level whether a token has a weight of its own or shares its sequence's
 * @param low smallest weight that is kept, at least 0
 * @param high largest weight that is kept, at least {@code low}; infinite for none
 * @param outside what becomes of a weight outside
 */
public record RolloutCorrection(RatioLevel level, double low, double high, Outside outside) {

    /** What becomes of a weight outside its range. */
    public enum Outside {
        /** It is the nearest bound. */
        TRUNCATED,
        /** It is 0: the token does not influence the loss. */
        DROPPED
    }

    /** Checks the range. */
    public RolloutCorrection {
        Objects.requireNonNull(level, "level");
        Objects.requireNonNull(outside, "outside");
        if (!(low >= 0 && high >= low && high > 0)) {
            throw new IllegalArgumentException(
                    "weights: low must be >= 0 and high at least low and > 0, were "
                            + low
                            + ", "
                            + high);
        }
    }

    /**
     * Returns truncated importance sampling, {@code min(w, cap)}.
     *
     * @param level of a token or its sequence
     * @param cap the largest weight, above 0; 2 is common
     */
    public static RolloutCorrection tis(RatioLevel level, double cap) {
        return new RolloutCorrection(level, 0, cap, Outside.TRUNCATED);
    }

    /**
     * Returns IcePop's band: {@code w} inside, 0 outside.
     *
     * @param level of a token or its sequence
     * @param low lower end, at least 0; 0.5 is common
     * @param high upper end; 2 is common
     */
    public static RolloutCorrection icePop(RatioLevel level, double low, double high) {
        return new RolloutCorrection(level, low, high, Outside.DROPPED);
    }

    /** Returns the plain importance weight of each token, {@code exp(l_old - l_roll)}. */
    public static RolloutCorrection plain() {
        return tis(RatioLevel.TOKEN, Double.POSITIVE_INFINITY);
    }

    /** Returns the weight of each token truncated at 1, {@code min(1, w)}, in Retrace's style. */
    public static RolloutCorrection retrace() {
        return tis(RatioLevel.TOKEN, 1);
    }

    /**
     * Computes the weights.
     *
     * @param oldLogProb {@code [batch, tokens]}; borrowed
     * @param rolloutLogProb {@code [batch, tokens]}; borrowed
     * @param mask {@code [batch, tokens]} boolean; borrowed
     * @return {@code [batch, tokens]} without a gradient, 0 where the mask is false; the caller
     *     closes it
     */
    public NDArray weights(NDArray oldLogProb, NDArray rolloutLogProb, NDArray mask) {
        NDArray difference =
                Masked.constant(mask, oldLogProb).sub(Masked.constant(mask, rolloutLogProb));
        NDArray logWeight =
                level == RatioLevel.TOKEN
                        ? difference
                        : difference.sum(new int[] {1}, true).broadcast(mask.getShape());
        NDArray weight = logWeight.clip(-20, 20).exp();
        if (outside == Outside.TRUNCATED) {
            return Masked.select(mask, weight.clip(low, high));
        }
        NDArray zero = weight.getManager().create(0f);
        NDArray inside = weight.gte((float) low).logicalAnd(weight.lte((float) high));
        return Masked.select(mask, NDArrays.where(inside, weight, zero));
    }
}
