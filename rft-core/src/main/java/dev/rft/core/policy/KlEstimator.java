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
        public double at(double x) {
            return x;
        }

        @Override
        NDArray of(NDArray x) {
            return x;
        }
    },
    /** {@code x^2 / 2}: biased, of low variance; its gradient is that of the KL divergence. */
    K2 {
        @Override
        public double at(double x) {
            return x * x / 2;
        }

        @Override
        NDArray of(NDArray x) {
            return Scalars.over(x.square(), 2);
        }
    },
    /**
     * {@code e^-x + x - 1}: unbiased and never negative. Exponent clamped to [-20, 20] and value to
     * [-10, 10], with gradient 0 where clamped; below 0.01 the series {@code x^2/2 - x^3/6},
     * because the literal form is 0 in float32 there.
     */
    K3 {
        @Override
        public double at(double x) {
            double value = Math.expm1(Math.max(-20, Math.min(20, -x))) + x;
            return Math.max(-10, Math.min(10, value));
        }

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
    },
    /** {@code |x|}: its gradient is the sign of the difference, whatever its size. */
    ABS {
        @Override
        public double at(double x) {
            return Math.abs(x);
        }

        @Override
        NDArray of(NDArray x) {
            return x.abs();
        }
    },
    /** {@code k1+}, straight through: the value of {@link #K1} with the gradient of {@link #K2}. */
    K1_STRAIGHT_THROUGH {
        @Override
        public double at(double x) {
            return K1.at(x);
        }

        @Override
        NDArray of(NDArray x) {
            return straightThrough(K1, x);
        }
    },
    /** {@code k3+}, straight through: the value of {@link #K3} with the gradient of {@link #K2}. */
    K3_STRAIGHT_THROUGH {
        @Override
        public double at(double x) {
            return K3.at(x);
        }

        @Override
        NDArray of(NDArray x) {
            return straightThrough(K3, x);
        }
    };

    /**
     * Estimates from one sample, on the host.
     *
     * @param x log-probability minus reference log-probability
     * @return the estimate
     */
    public abstract double at(double x);

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

    /**
     * Takes the divergence out of the rewards of tokens, {@code r - beta k(l - l_ref)}: the penalty
     * that goes through the advantage, where every estimate has the right gradient. All arrays are
     * {@code [batch][tokens]}.
     *
     * @param rewards rewards; not changed
     * @param logProb log-probability under the policy that sampled
     * @param referenceLogProb under the reference
     * @param mask true on response tokens
     * @param coefficient {@code beta}, at least 0
     * @return the rewards after it, 0 where the mask is false
     */
    public double[][] penalize(
            double[][] rewards,
            double[][] logProb,
            double[][] referenceLogProb,
            boolean[][] mask,
            double coefficient) {
        Checks.notNegative("KL coefficient", coefficient);
        double[][] penalized = new double[mask.length][];
        for (int row = 0; row < mask.length; row++) {
            penalized[row] = new double[mask[row].length];
            for (int t = 0; t < mask[row].length; t++) {
                if (mask[row][t]) {
                    double x = logProb[row][t] - referenceLogProb[row][t];
                    penalized[row][t] = rewards[row][t] - coefficient * at(x);
                }
            }
        }
        return penalized;
    }

    /** The estimate without its gradient, plus {@code k2 - sg(k2)}: 0 in value, k2 in gradient. */
    private static NDArray straightThrough(KlEstimator base, NDArray x) {
        NDArray slope = K2.of(x);
        return base.of(x.stopGradient()).add(slope.sub(slope.stopGradient()));
    }
}
