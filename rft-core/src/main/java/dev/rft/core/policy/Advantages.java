package dev.rft.core.policy;

/**
 * Turns the rewards of groups of responses to the same prompt into advantages. Plain arithmetic in
 * double precision. A lambda will do.
 */
public interface Advantages extends TokenAdvantages {

    /**
     * Computes one advantage per response.
     *
     * @param rewards rewards, the responses of a prompt in one run of {@code groupSize}
     * @param counts whether a response counts; one that does not (an infrastructure failure)
     *     influences nothing
     * @param groupSize responses per prompt, a divisor of the number of rewards
     * @return the advantages, 0 for a response that does not count
     */
    double[] of(double[] rewards, boolean[] counts, int groupSize);

    /** Gives each token its response's advantage. */
    @Override
    default double[][] perToken(Episodes episodes) {
        double[] perResponse = of(episodes.totals(), episodes.counts(), episodes.groupSize());
        if (perResponse.length != episodes.mask().length) {
            throw new IllegalStateException(
                    "advantages: must be one per response, "
                            + episodes.mask().length
                            + ", were "
                            + perResponse.length);
        }
        return Tokens.spread(perResponse, episodes.mask());
    }

    /**
     * Returns GRPO's advantages, {@code (r - mean) / (std + 1e-6)} in the group with the unbiased
     * deviation (arXiv 2402.03300). A group of equal rewards, or of one that counts, gives 0.
     */
    static Advantages grpo() {
        return (rewards, counts, groupSize) ->
                GroupStatistics.normalize(
                        rewards, counts, groupSize, GroupStatistics.Scale.DEVIATION);
    }

    /** Returns Dr.GRPO's advantages, {@code r - mean} in the group (arXiv 2503.20783). */
    static Advantages drGrpo() {
        return (rewards, counts, groupSize) ->
                GroupStatistics.normalize(rewards, counts, groupSize, GroupStatistics.Scale.NONE);
    }

    /**
     * Returns RLOO's advantages, {@code r} minus the mean of the others in the group, which is
     * {@code (r - mean) n / (n - 1)} (arXiv 2402.14740). A group of equal rewards, or of one that
     * counts, gives 0.
     */
    static Advantages rloo() {
        return (rewards, counts, groupSize) ->
                GroupStatistics.normalize(
                        rewards, counts, groupSize, GroupStatistics.Scale.LEAVE_ONE_OUT);
    }
}
