package dev.rft.core.policy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A policy loss as a value that is put together: how a token is judged, how tokens become one
 * number, and the pull to the reference.
 *
 * <pre>{@code
 * PolicyObjective grpo = PolicyObjective.clipped(0.2, 0.2)
 *         .aggregatedBy(Aggregation.SEQUENCE_MEAN_TOKEN_MEAN).withKl(KlEstimator.K3, 0.04);
 * PolicyObjective dapo = PolicyObjective.clipped(0.2, 0.28);
 * }</pre>
 *
 * <p>Implementation note. With {@code d = l - l_old} and {@code rho = exp(clamp(d, -20, 20))}, the
 * loss of a token is {@code max(-A rho, -A clip(rho, 1 - low, 1 + high))} (PPO, arXiv 1707.06347).
 * It is minimised.
 */
public final class PolicyObjective {

    private final double clipLow;
    private final double clipHigh;
    private final Aggregation aggregation;
    private final @Nullable KlEstimator kl;
    private final double klCoefficient;

    private PolicyObjective(
            double clipLow,
            double clipHigh,
            Aggregation aggregation,
            @Nullable KlEstimator kl,
            double klCoefficient) {
        this.clipLow = clipLow;
        this.clipHigh = clipHigh;
        this.aggregation = Objects.requireNonNull(aggregation, "aggregation");
        this.kl = kl;
        this.klCoefficient = klCoefficient;
    }

    /**
     * Returns the clipped surrogate of PPO, aggregated by token mean and without a KL term.
     *
     * @param low the ratio is clipped below at {@code 1 - low}; in [0, 1]
     * @param high the ratio is clipped above at {@code 1 + high}; at least 0
     * @return the objective
     */
    public static PolicyObjective clipped(double low, double high) {
        if (!(low >= 0 && low <= 1 && high >= 0)) {
            throw new IllegalArgumentException(
                    "clip range: low must be in [0, 1] and high >= 0, were " + low + ", " + high);
        }
        return new PolicyObjective(low, high, Aggregation.TOKEN_MEAN, null, 0);
    }

    /**
     * Returns this objective with another aggregation.
     *
     * @param newAggregation how tokens become one number
     * @return the objective
     */
    public PolicyObjective aggregatedBy(Aggregation newAggregation) {
        return new PolicyObjective(clipLow, clipHigh, newAggregation, kl, klCoefficient);
    }

    /**
     * Returns this objective with a KL term in the loss.
     *
     * @param estimator the estimate; not {@link KlEstimator#K1}
     * @param coefficient its weight, at least 0
     * @return the objective
     * @throws IllegalArgumentException for K1, whose expected gradient on policy is zero: it would
     *     add noise and no pull
     */
    public PolicyObjective withKl(KlEstimator estimator, double coefficient) {
        if (estimator == KlEstimator.K1) {
            throw new IllegalArgumentException(
                    "KL in the loss: must be K2 or K3, was K1, whose expected on-policy gradient is 0");
        }
        if (!(coefficient >= 0 && Double.isFinite(coefficient))) {
            throw new IllegalArgumentException(
                    "KL coefficient: must be >= 0 and finite, was " + coefficient);
        }
        return new PolicyObjective(
                clipLow, clipHigh, aggregation, Objects.requireNonNull(estimator), coefficient);
    }

    /**
     * Returns this objective with another weight of its KL term.
     *
     * @param coefficient the weight, at least 0
     * @return the objective
     * @throws IllegalStateException when it has no KL term
     */
    public PolicyObjective withKlCoefficient(double coefficient) {
        if (kl == null) {
            throw new IllegalStateException("KL coefficient: this objective has no KL term");
        }
        return withKl(kl, coefficient);
    }

    /** Returns whether it needs the reference's log-probabilities. */
    public boolean needsReference() {
        return kl != null;
    }

    /** Returns the weight of the KL term, 0 without one. */
    public double klCoefficient() {
        return klCoefficient;
    }

    /** Returns the lower clip bound, as a distance from 1. */
    public double clipLow() {
        return clipLow;
    }

    /** Returns the upper clip bound, as a distance from 1. */
    public double clipHigh() {
        return clipHigh;
    }

    /**
     * Computes the loss.
     *
     * @param batch the batch; borrowed
     * @return a scalar with its gradient; the caller closes it
     * @throws IllegalArgumentException when no token counts, or a KL term lacks the reference
     */
    public NDArray loss(PolicyBatch batch) {
        NDArray mask = batch.mask();
        NDArray logProb = Masked.select(mask, batch.logProb());
        NDArray advantage = Masked.constant(mask, batch.advantage());
        NDArray ratio = logProb.sub(Masked.constant(mask, batch.oldLogProb())).clip(-20, 20).exp();
        NDArray free = ratio.mul(advantage);
        NDArray bound = ratio.clip(1 - clipLow, 1 + clipHigh).mul(advantage);
        NDArray perToken = NDArrays.minimum(free, bound).neg();
        if (kl != null) {
            NDArray reference = batch.referenceLogProb();
            if (reference == null) {
                throw new IllegalArgumentException(
                        "referenceLogProb: must be given for a KL term, was missing");
            }
            perToken = perToken.add(kl.estimate(logProb, reference, mask).mul(klCoefficient));
        }
        return aggregation.aggregate(perToken, mask);
    }
}
