package dev.rft.core.policy;

import ai.djl.ndarray.NDArray;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A policy loss as a value that is put together: how a token is judged ({@link Surrogate}), what
 * the ratio is taken over ({@link RatioLevel}), a correction for the sampler, how tokens become one
 * number ({@link Aggregation}), the pull to the reference, a bonus for entropy, and imitation of
 * correct samples. {@link PolicyObjectives} has the published ones by name; each is made of these.
 *
 * <pre>{@code
 * PolicyObjective grpo = PolicyObjective.clipped(0.2, 0.2)
 *         .aggregatedBy(Aggregation.SEQUENCE_MEAN_TOKEN_MEAN).withKl(KlEstimator.K3, 0.04);
 * PolicyObjective gspo = PolicyObjective.clipped(3e-4, 4e-4)
 *         .at(RatioLevel.SEQUENCE).aggregatedBy(Aggregation.SEQUENCE_MEAN_TOKEN_MEAN);
 * PolicyObjective mine = PolicyObjective.of(input -> input.ratio().mul(input.advantage()).neg());
 * }</pre>
 *
 * <p>Implementation note. The loss, which is minimised, is {@code agg(w s + beta k(l, l_ref)) - c_H
 * mean H + mu mean_correct(-l)} with the surrogate's {@code s} per token and the correction's
 * weight {@code w}, 1 without one. Entropy is averaged over tokens whatever the aggregation. With
 * {@code d = l - l_old} and {@code rho = exp(clamp(d, -20, 20))} the clipped surrogate is {@code
 * max(-A rho, -A clip(rho, 1 - low, 1 + high))} (PPO, arXiv 1707.06347).
 */
public final class PolicyObjective {

    private final Surrogate surrogate;
    private final RatioLevel level;
    private final @Nullable RolloutCorrection correction;
    private final Reduction reduction;
    private final @Nullable KlTerm kl;
    private final double entropyCoefficient;
    private final double imitationCoefficient;

    private PolicyObjective(
            Surrogate surrogate,
            RatioLevel level,
            @Nullable RolloutCorrection correction,
            Reduction reduction,
            @Nullable KlTerm kl,
            double entropyCoefficient,
            double imitationCoefficient) {
        this.surrogate = surrogate;
        this.level = level;
        this.correction = correction;
        this.reduction = reduction;
        this.kl = kl;
        this.entropyCoefficient = entropyCoefficient;
        this.imitationCoefficient = imitationCoefficient;
    }

    /** Tokens to one number; length 0 stands for the number of columns. */
    private record Reduction(Aggregation aggregation, double length) {}

    private record KlTerm(KlEstimator estimator, double coefficient) {}

    /**
     * Returns an objective with the ratio of tokens, aggregated by token mean, and nothing else.
     *
     * @param surrogate how a token is judged
     * @return the objective
     */
    public static PolicyObjective of(Surrogate surrogate) {
        return new PolicyObjective(
                Objects.requireNonNull(surrogate, "surrogate"),
                RatioLevel.TOKEN,
                null,
                new Reduction(Aggregation.TOKEN_MEAN, 0),
                null,
                0,
                0);
    }

    /**
     * Returns the clipped surrogate of PPO, aggregated by token mean and without a KL term.
     *
     * @param low the ratio is clipped below at {@code 1 - low}; in [0, 1]
     * @param high the ratio is clipped above at {@code 1 + high}; at least 0
     * @return the objective
     */
    public static PolicyObjective clipped(double low, double high) {
        return of(new ClippedSurrogate(ClipRange.of(low, high), Double.POSITIVE_INFINITY));
    }

    /**
     * Returns this objective with the ratio taken over something else.
     *
     * @param newLevel tokens or sequences
     * @return the objective
     */
    public PolicyObjective at(RatioLevel newLevel) {
        Objects.requireNonNull(newLevel, "level");
        return new PolicyObjective(
                surrogate,
                newLevel,
                correction,
                reduction,
                kl,
                entropyCoefficient,
                imitationCoefficient);
    }

    /**
     * Returns this objective with another aggregation.
     *
     * @param aggregation how tokens become one number
     * @return the objective
     */
    public PolicyObjective aggregatedBy(Aggregation aggregation) {
        return reducedBy(new Reduction(Objects.requireNonNull(aggregation, "aggregation"), 0));
    }

    /**
     * Returns this objective aggregated by the mean over sequences of the sum over tokens divided
     * by a constant, whatever the number of columns.
     *
     * @param length the constant {@code L}, above 0: the longest response that is sampled, say
     * @return the objective
     */
    public PolicyObjective aggregatedOverLength(double length) {
        return reducedBy(
                new Reduction(
                        Aggregation.SEQUENCE_MEAN_TOKEN_SUM_NORMALIZED,
                        Checks.positive("length", length)));
    }

    private PolicyObjective reducedBy(Reduction newReduction) {
        return new PolicyObjective(
                surrogate,
                level,
                correction,
                newReduction,
                kl,
                entropyCoefficient,
                imitationCoefficient);
    }

    /**
     * Returns this objective with a weight on each token's surrogate for what the sampler and the
     * trainer disagree about. The KL term and the bonuses are not weighted.
     *
     * @param newCorrection the weights
     * @return the objective
     */
    public PolicyObjective correctedBy(RolloutCorrection newCorrection) {
        Objects.requireNonNull(newCorrection, "correction");
        return new PolicyObjective(
                surrogate,
                level,
                newCorrection,
                reduction,
                kl,
                entropyCoefficient,
                imitationCoefficient);
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
                    "KL in the loss: must not be K1, whose expected on-policy gradient is 0; was K1."
                            + " Use K1_STRAIGHT_THROUGH, K2 or K3, or take it out of the reward");
        }
        Objects.requireNonNull(estimator, "estimator");
        return new PolicyObjective(
                surrogate,
                level,
                correction,
                reduction,
                new KlTerm(estimator, Checks.notNegative("KL coefficient", coefficient)),
                entropyCoefficient,
                imitationCoefficient);
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
        return withKl(kl.estimator(), coefficient);
    }

    /**
     * Returns this objective with a reward for entropy, {@code -c mean H}: the regulariser that
     * keeps the optimum a continuous function of the reward (arXiv 2507.20150).
     *
     * @param coefficient {@code c}, at least 0; 0 for none
     * @return the objective
     */
    public PolicyObjective withEntropyBonus(double coefficient) {
        return new PolicyObjective(
                surrogate,
                level,
                correction,
                reduction,
                kl,
                Checks.notNegative("entropy coefficient", coefficient),
                imitationCoefficient);
    }

    /**
     * Returns this objective with imitation of correct samples, {@code mu} times the mean over
     * their tokens of {@code -l}; 0 in a batch without one (VAPO, arXiv 2504.05118).
     *
     * @param coefficient {@code mu}, at least 0; 0 for none
     * @return the objective
     */
    public PolicyObjective withImitation(double coefficient) {
        return new PolicyObjective(
                surrogate,
                level,
                correction,
                reduction,
                kl,
                entropyCoefficient,
                Checks.notNegative("imitation coefficient", coefficient));
    }

    /** Returns whether it has a KL term. */
    public boolean hasKl() {
        return kl != null;
    }

    /** Returns whether it needs the reference's log-probabilities. */
    public boolean needsReference() {
        return kl != null || surrogate.needsReference();
    }

    /** Returns whether it needs the log-probabilities that the sampler reported. */
    public boolean needsRollout() {
        return correction != null;
    }

    /** Returns whether it needs the policy's entropy with its gradient. */
    public boolean needsEntropy() {
        return entropyCoefficient > 0;
    }

    /** Returns whether it needs to know the correct responses. */
    public boolean needsCorrect() {
        return imitationCoefficient > 0;
    }

    /** Returns the weight of the KL term, 0 without one. */
    public double klCoefficient() {
        return kl == null ? 0 : kl.coefficient();
    }

    /** Returns the weight of the entropy bonus, 0 without one. */
    public double entropyCoefficient() {
        return entropyCoefficient;
    }

    /** Returns the lower clip bound, as a distance from 1. */
    public double clipLow() {
        return surrogate.clip().low();
    }

    /** Returns the upper clip bound, as a distance from 1; infinite without one. */
    public double clipHigh() {
        return surrogate.clip().high();
    }

    /** Returns where it stops to follow the ratio. */
    ClipRange clip() {
        return surrogate.clip();
    }

    /** Returns what the ratio is taken over. */
    RatioLevel level() {
        return level;
    }

    /**
     * Computes the loss.
     *
     * @param batch the batch; borrowed
     * @return a scalar with its gradient; the caller closes it
     * @throws IllegalArgumentException when no token counts, or the batch lacks what is needed
     */
    public NDArray loss(PolicyBatch batch) {
        NDArray mask = batch.mask();
        BatchTotals given = batch.totals();
        BatchTotals totals = given == null ? BatchTotals.of(mask, batch.correct()) : given;
        NDArray logProb = Masked.select(mask, batch.logProb());
        NDArray perToken = judge(batch, logProb);
        if (kl != null) {
            NDArray reference = need("referenceLogProb", batch.referenceLogProb(), "a KL term");
            NDArray divergence = kl.estimator().estimate(logProb, reference, mask);
            perToken = perToken.add(Scalars.times(divergence, kl.coefficient()));
        }
        double length =
                reduction.length() > 0 ? reduction.length() : (double) mask.getShape().get(1);
        NDArray loss = reduction.aggregation().aggregate(perToken, mask, totals, length);
        if (needsEntropy()) {
            NDArray entropy = need("entropy", batch.entropy(), "an entropy bonus");
            NDArray mean = Aggregation.TOKEN_MEAN.aggregate(entropy, mask, totals, length);
            loss = loss.sub(Scalars.times(mean, entropyCoefficient));
        }
        if (needsCorrect()) {
            NDArray correct = need("correct", batch.correct(), "imitation").logicalAnd(mask);
            double divisor = Math.max(totals.correctTokens(), 1);
            NDArray likelihood = Masked.select(correct, logProb).sum();
            loss = loss.sub(Scalars.times(likelihood, imitationCoefficient / divisor));
        }
        return loss;
    }

    private NDArray judge(PolicyBatch batch, NDArray logProb) {
        NDArray mask = batch.mask();
        NDArray advantage = Masked.constant(mask, batch.advantage());
        NDArray difference = logProb.sub(Masked.constant(mask, batch.oldLogProb()));
        NDArray reference = null;
        if (surrogate.needsReference()) {
            NDArray given = need("referenceLogProb", batch.referenceLogProb(), "the surrogate");
            reference = Masked.constant(mask, given);
        }
        NDArray logRatio = level.logRatio(logProb, difference, mask);
        NDArray perToken =
                surrogate.loss(new SurrogateInput(logProb, logRatio, advantage, reference, mask));
        if (correction == null) {
            return perToken;
        }
        NDArray rollout = need("rolloutLogProb", batch.rolloutLogProb(), "a correction");
        NDArray weights = correction.weights(batch.oldLogProb(), rollout, mask);
        return Masked.select(mask, perToken).mul(weights);
    }

    private static NDArray need(String name, @Nullable NDArray array, String by) {
        if (array == null) {
            throw new IllegalArgumentException(
                    name + ": must be given for " + by + ", was missing");
        }
        return array;
    }
}
