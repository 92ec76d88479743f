package dev.rft.core.policy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;

/**
 * Estimates of the KL divergence to the reference from single samples, {@code x = l - l_ref}
 * (Schulman, "Approximating KL divergence").
 */
public enum KlEstimator {
    /**
     * {@code x}: unbiased, of high variance, negative at times. Its on-policy gradient is zero in
     * expectation: no loss term.
     */
    K1 {
        @Override
        NDArray of(NDArray x) {
            return x;
        }
    },
    /** {@code x^2 / 2}: biased, of low variance; its gradient is that of the KL divergence. */
    K2 {
        @Override
        NDArray of(NDArray x) {
            return x.square().div(2);
        }
    },
    /**
     * {@code e^-x + x - 1}: unbiased and never negative. Exponent clamped to [-20, 20] and value to
     * [-10, 10], with gradient 0 where clamped; below 0.01 the series {@code x^2/2 - x^3/6},
     * because the literal form is 0 in float32 there.
     */
    K3 {
        @Override
        NDArray of(NDArray x) {
            NDManager manager = x.getManager();
            NDArray small = x.abs().lt(1e-2f);
            NDArray zero = manager.create(0f);
            NDArray half = manager.create(0.5f);
            NDArray sixth = manager.create(1f / 6);
            NDArray near = NDArrays.where(small, x, zero);
            NDArray far = NDArrays.where(small.logicalNot(), x, zero);
            NDArray series = near.square().mul(half.sub(near.mul(sixth)));
            NDArray literal = far.neg().clip(-20, 20).exp().add(far).sub(1).clip(-10, 10);
            return NDArrays.where(small, series, literal);
        }
    };

    /**
     * Estimates per token.
     *
     * @param x {@code [batch, tokens]}, log-probability minus reference log-probability; borrowed
     * @return {@code [batch, tokens]}, with the gradient of the estimate; the caller closes it
     */
    abstract NDArray of(NDArray x);

    /**
     * Estimates per token.
     *
     * @param logProb {@code [batch, tokens]}; borrowed
     * @param referenceLogProb {@code [batch, tokens]}; borrowed
     * @param mask {@code [batch, tokens]} boolean; borrowed
     * @return {@code [batch, tokens]}, 0 where the mask is false; the caller closes it
     */
    public NDArray estimate(NDArray logProb, NDArray referenceLogProb, NDArray mask) {
        return of(Masked.select(mask, logProb).sub(Masked.constant(mask, referenceLogProb)));
    }
}
