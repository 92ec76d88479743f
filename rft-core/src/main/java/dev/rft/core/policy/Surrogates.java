package dev.rft.core.policy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.nn.Activation;

/** The surrogates that are not PPO's; each names its formula and source. */
final class Surrogates {

    private Surrogates() {}

    /** REINFORCE: {@code -A l}. */
    static Surrogate reinforce() {
        return input -> input.logProb().mul(input.advantage()).neg();
    }

    /** DRO (arXiv 2405.19107): {@code -(l A - beta d^2 / 2)}. */
    static Surrogate dro(double beta) {
        Checks.positive("beta", beta);
        return input ->
                Scalars.times(input.logRatio().square(), beta / 2)
                        .sub(input.logProb().mul(input.advantage()));
    }

    /**
     * SAPO (arXiv 2511.20347): {@code -A sigmoid(tau (rho - 1)) 4 / tau}, a soft gate in place of
     * the clip. Its slope at ratio 1 is that of {@code -A rho}.
     */
    static Surrogate sapo(double tauPositive, double tauNegative) {
        Checks.positive("tauPositive", tauPositive);
        Checks.positive("tauNegative", tauNegative);
        return input -> {
            NDArray advantage = input.advantage();
            NDArray positive = advantage.gt(0);
            NDArray tau =
                    NDArrays.where(
                            positive,
                            advantage.zerosLike().add((float) tauPositive),
                            advantage.zerosLike().add((float) tauNegative));
            NDArray gate = Activation.sigmoid(input.ratio().sub(1).mul(tau));
            return gate.mul(Scalars.times(advantage, -4)).div(tau);
        };
    }

    /**
     * CISPO (arXiv 2506.13585): {@code -sg(clip(rho, 1 - low, 1 + high)) A l}. Every token keeps a
     * gradient; only its weight is bounded.
     */
    static Surrogate cispo(double low, double high) {
        ClipRange range = new ClipRange(low, high, Double.POSITIVE_INFINITY, true);
        return new Surrogate() {
            @Override
            public NDArray loss(SurrogateInput input) {
                NDArray weight =
                        input.ratio().stopGradient().clip(1 - range.low(), 1 + range.high());
                return weight.mul(input.advantage()).mul(input.logProb()).neg();
            }

            @Override
            public ClipRange clip() {
                return range;
            }
        };
    }

    /**
     * GMPO (arXiv 2507.20673): {@code -A exp(mean_t d~)}, the geometric mean of the ratios, with
     * {@code d~ = min(d, clip(d))} for {@code A > 0} and {@code max(d, clip(d))} else, clipped in
     * log space to [-low, high].
     */
    static Surrogate gmpo(double low, double high) {
        Checks.positive("low", low);
        Checks.positive("high", high);
        ClipRange range = ClipRange.of(-Math.expm1(-low), Math.expm1(high));
        return new Surrogate() {
            @Override
            public NDArray loss(SurrogateInput input) {
                NDArray mask = input.mask();
                NDArray difference = input.logRatio().clip(-20, 20);
                NDArray clipped = difference.clip(-low, high);
                NDArray kept =
                        NDArrays.where(
                                input.advantage().gt(0),
                                NDArrays.minimum(difference, clipped),
                                NDArrays.maximum(difference, clipped));
                NDArray ratio = RatioLevel.rowMean(kept, mask).exp();
                NDArray advantage = RatioLevel.rowMean(input.advantage(), mask);
                return ratio.mul(advantage).neg().broadcast(mask.getShape());
            }

            @Override
            public ClipRange clip() {
                return range;
            }
        };
    }

    /**
     * QRPO (arXiv 2507.08068): {@code (q - beta log Z - beta (L - L_ref))^2} with {@code Z = beta
     * (e^{1/beta} - 1)} and the quantile reward {@code q} in place of the advantage. {@code log Z}
     * is computed as {@code log beta + 1/beta + log(1 - e^{-1/beta})}, where the literal form
     * overflows below beta = 1/709.
     */
    static Surrogate qrpo(double beta) {
        Checks.positive("beta", beta);
        double logPartition = Math.log(beta) + 1 / beta + Math.log1p(-Math.exp(-1 / beta));
        return new Surrogate() {
            @Override
            public NDArray loss(SurrogateInput input) {
                NDArray mask = input.mask();
                NDArray reference = input.referenceLogProb();
                if (reference == null) {
                    throw new IllegalArgumentException(
                            "referenceLogProb: must be given for QRPO, was missing");
                }
                NDArray quantile = RatioLevel.rowMean(input.advantage(), mask);
                NDArray drift = input.logProb().sub(reference).sum(new int[] {1}, true);
                return quantile.sub((float) (beta * logPartition))
                        .sub(Scalars.times(drift, beta))
                        .square()
                        .broadcast(mask.getShape());
            }

            @Override
            public boolean needsReference() {
                return true;
            }
        };
    }
}
