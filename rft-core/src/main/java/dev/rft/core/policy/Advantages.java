package dev.rft.core.policy;

/**
 * Turns the rewards of groups of responses to the same prompt into advantages. Plain arithmetic in
 * double precision.
 */
@FunctionalInterface
public interface Advantages {

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

    /**
     * Returns GRPO's advantages, {@code (r - mean) / (std + 1e-6)} in the group with the unbiased
     * deviation (arXiv 2402.03300). A group of equal rewards, or of one that counts, gives 0.
     */
    static Advantages grpo() {
        return (rewards, counts, groupSize) ->
                GroupStatistics.normalize(rewards, counts, groupSize, true);
    }

    /** Returns Dr.GRPO's advantages, {@code r - mean} in the group (arXiv 2503.20783). */
    static Advantages drGrpo() {
        return (rewards, counts, groupSize) ->
                GroupStatistics.normalize(rewards, counts, groupSize, false);
    }
}
