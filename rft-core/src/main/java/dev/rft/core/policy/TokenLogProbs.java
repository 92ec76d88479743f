package dev.rft.core.policy;

import ai.djl.ndarray.NDArray;

/**
 * The sampling distribution's view of given tokens.
 *
 * @param logProb {@code [batch, tokens]}, log-probability of each token, with its gradient; the
 *     caller closes it
 * @param entropy {@code [batch, tokens]}, entropy of the distribution at each place in nats; the
 *     caller closes it
 */
public record TokenLogProbs(NDArray logProb, NDArray entropy) {

    /**
     * Evaluates tokens under logits, the entropy without a gradient.
     *
     * @param logits {@code [batch, tokens, vocabulary]}; borrowed
     * @param tokens {@code [batch, tokens]} int64; borrowed
     * @param temperature what the logits are divided by, above 0
     * @return the log-probabilities and entropies
     */
    public static TokenLogProbs of(NDArray logits, NDArray tokens, double temperature) {
        return of(logits, tokens, temperature, false);
    }

    /**
     * Evaluates tokens under logits.
     *
     * @param logits {@code [batch, tokens, vocabulary]}; borrowed
     * @param tokens {@code [batch, tokens]} int64; borrowed
     * @param temperature what the logits are divided by, above 0
     * @param entropyGradient whether the entropy has a gradient, for an entropy bonus; it costs
     *     memory of the size of the logits
     * @return the log-probabilities and entropies
     */
    public static TokenLogProbs of(
            NDArray logits, NDArray tokens, double temperature, boolean entropyGradient) {
        if (!(temperature > 0)) {
            throw new IllegalArgumentException("temperature: must be > 0, was " + temperature);
        }
        NDArray scaled = temperature == 1 ? logits : Scalars.over(logits, temperature);
        NDArray all = scaled.logSoftmax(-1);
        NDArray logProb = all.gather(tokens.expandDims(-1), 2).squeeze(2);
        NDArray source = entropyGradient ? all : all.stopGradient();
        NDArray entropy = source.exp().mul(source).sum(new int[] {-1}).neg();
        return new TokenLogProbs(logProb, entropy);
    }
}
