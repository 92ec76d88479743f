package dev.rft.core.policy;

/**
 * The published objectives by name, as what they are made of. Numbers in the descriptions are those
 * of the papers.
 */
public final class PolicyObjectives {

    private PolicyObjectives() {}

    /**
     * Returns PPO (arXiv 1707.06347): the clipped surrogate, token mean.
     *
     * @param clip the range on either side, 0.2
     */
    public static PolicyObjective ppo(double clip) {
        return PolicyObjective.clipped(clip, clip);
    }

    /**
     * Returns PPO with the dual clip (arXiv 1912.09729): the loss of a token with a negative
     * advantage is at most {@code -c A}. Token mean.
     *
     * @param low lower range, 0.2
     * @param high upper range, 0.2
     * @param bound {@code c}, above 1; 3
     */
    public static PolicyObjective dualClip(double low, double high, double bound) {
        return PolicyObjective.of(
                new ClippedSurrogate(
                        new ClipRange(low, high, bound, false), Double.POSITIVE_INFINITY));
    }

    /**
     * Returns the two-sided clip (arXiv 2505.07291): the unclipped branch takes {@code min(rho,
     * delta)}. Token mean. For {@code delta >= 1 + high} it is the dual clip with {@code c =
     * delta}.
     *
     * @param low lower range, 0.2
     * @param high upper range, 0.2
     * @param delta bound of the ratio, at least {@code 1 + high}; 4
     */
    public static PolicyObjective twoSided(double low, double high, double delta) {
        return PolicyObjective.of(
                new ClippedSurrogate(new ClipRange(low, high, delta, false), delta));
    }

    /**
     * Returns GRPO (arXiv 2402.03300): PPO's clip 0.2 with the mean over sequences of the mean over
     * tokens, and a pull to the reference by k3; with {@link Advantages#grpo}.
     *
     * @param klCoefficient {@code beta}, 0.04; 0 for no KL term and no reference
     */
    public static PolicyObjective grpo(double klCoefficient) {
        PolicyObjective plain =
                PolicyObjective.clipped(0.2, 0.2)
                        .aggregatedBy(Aggregation.SEQUENCE_MEAN_TOKEN_MEAN);
        return klCoefficient == 0 ? plain : plain.withKl(KlEstimator.K3, klCoefficient);
    }

    /** Returns DAPO (arXiv 2503.14476): clip 0.2 below and 0.28 above, token mean. */
    public static PolicyObjective dapo() {
        return PolicyObjective.clipped(0.2, 0.28);
    }

    /**
     * Returns Dr.GRPO (arXiv 2503.20783): PPO's clip 0.2 with the sum over tokens divided by a
     * constant; with {@link Advantages#drGrpo}.
     *
     * @param length the constant, the longest response that is sampled
     */
    public static PolicyObjective drGrpo(double length) {
        return PolicyObjective.clipped(0.2, 0.2).aggregatedOverLength(length);
    }

    /**
     * Returns GSPO (arXiv 2507.18071): PPO's clip on the ratio of sequences.
     *
     * @param low lower range, 3e-4
     * @param high upper range, 4e-4
     */
    public static PolicyObjective gspo(double low, double high) {
        return PolicyObjective.clipped(low, high)
                .at(RatioLevel.SEQUENCE)
                .aggregatedBy(Aggregation.SEQUENCE_MEAN_TOKEN_MEAN);
    }

    /**
     * Returns GMPO (arXiv 2507.20673): the geometric mean of the ratios, {@code -A exp(mean_t d~)}
     * with {@code d~} clipped in log space on the side of the advantage's sign.
     *
     * @param low lower range in log space, 0.4
     * @param high upper range in log space, 0.4
     */
    public static PolicyObjective gmpo(double low, double high) {
        return PolicyObjective.of(Surrogates.gmpo(low, high))
                .aggregatedBy(Aggregation.SEQUENCE_MEAN_TOKEN_MEAN);
    }

    /**
     * Returns CISPO (arXiv 2506.13585): REINFORCE with a clipped ratio as a constant weight, {@code
     * -sg(clip(rho, 1 - low, 1 + high)) A l}. Token mean.
     *
     * @param low lower range; 1 for no lower bound
     * @param high upper range
     */
    public static PolicyObjective cispo(double low, double high) {
        return PolicyObjective.of(Surrogates.cispo(low, high));
    }

    /**
     * Returns SAPO (arXiv 2511.20347): a soft gate, {@code -A sigmoid(tau (rho - 1)) 4 / tau}, mean
     * over sequences of the mean over tokens.
     *
     * @param tauPositive {@code tau} for positive advantages, 1.0
     * @param tauNegative {@code tau} for the others, 1.05
     */
    public static PolicyObjective sapo(double tauPositive, double tauNegative) {
        return PolicyObjective.of(Surrogates.sapo(tauPositive, tauNegative))
                .aggregatedBy(Aggregation.SEQUENCE_MEAN_TOKEN_MEAN);
    }

    /** Returns REINFORCE: {@code -A l}, token mean. */
    public static PolicyObjective reinforce() {
        return PolicyObjective.of(Surrogates.reinforce());
    }

    /**
     * Returns DRO (arXiv 2405.19107): {@code -(l A - beta d^2 / 2)}, token mean.
     *
     * @param beta weight of the squared log-ratio, above 0
     */
    public static PolicyObjective dro(double beta) {
        return PolicyObjective.of(Surrogates.dro(beta));
    }

    /**
     * Returns QRPO (arXiv 2507.08068): {@code (q - beta log(beta (e^{1/beta} - 1)) - beta (L -
     * L_ref))^2} on sequences, {@code L = sum_t l}. In place of advantages the batch holds the
     * quantile {@code q} of each response's reward among rewards of the reference, in [0, 1]. It
     * needs the reference.
     *
     * @param beta temperature of the pull to the reference, above 0
     */
    public static PolicyObjective qrpo(double beta) {
        return PolicyObjective.of(Surrogates.qrpo(beta))
                .aggregatedBy(Aggregation.SEQUENCE_MEAN_TOKEN_MEAN);
    }

    /**
     * Returns VAPO (arXiv 2504.05118): PPO's clip 0.2 below and 0.28 above, token mean, and
     * imitation of correct samples; with {@link TokenAdvantages#lengthAdaptiveGae}.
     *
     * @param imitation weight of the imitation, 0.1
     */
    public static PolicyObjective vapo(double imitation) {
        return dapo().withImitation(imitation);
    }
}
