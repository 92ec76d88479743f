package dev.rft.core.policy;

import ai.djl.ndarray.NDArray;

/**
 * How a token is judged: the loss whose gradient raises what the advantage praises. The aggregation
 * over tokens, the ratio's level, the correction for the sampler and the further terms are the
 * {@link PolicyObjective}'s.
 *
 * <p>A surrogate of whole sequences gives each token of a sequence the sequence's loss; {@link
 * Aggregation#SEQUENCE_MEAN_TOKEN_MEAN} then is the mean over sequences, in value and gradient.
 *
 * <p>Multiply and divide by tensors, never by Java numbers: {@code x.mul(2)} makes a tensor in the
 * JVM's memory and gives it up at once, and its gradient is wrong when a garbage collection comes
 * before the backward pass. {@code x.mul(x.getManager().create(2f))} is right.
 */
@FunctionalInterface
public interface Surrogate {

    /**
     * Computes the loss of each token.
     *
     * @param input what to judge by; borrowed
     * @return {@code [batch, tokens]} with its gradient, anything where the mask is false
     */
    NDArray loss(SurrogateInput input);

    /** Returns where it stops to follow the ratio, for metrics only. */
    default ClipRange clip() {
        return ClipRange.NONE;
    }

    /** Returns whether {@link SurrogateInput#referenceLogProb} must be given. */
    default boolean needsReference() {
        return false;
    }
}
