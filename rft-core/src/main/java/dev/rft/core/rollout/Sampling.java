package dev.rft.core.rollout;

/**
 * How responses are drawn.
 *
 * @param maxTokens longest response, its end of sequence included
 * @param temperature what the logits are divided by; 0 takes the most probable token each time
 */
public record Sampling(int maxTokens, double temperature) {

    /** Checks the ranges. */
    public Sampling {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("maxTokens: must be >= 1, was " + maxTokens);
        }
        if (!(temperature >= 0 && Double.isFinite(temperature))) {
            throw new IllegalArgumentException(
                    "temperature: must be >= 0 and finite, was " + temperature);
        }
    }

    /**
     * Returns greedy decoding.
     *
     * @param maxTokens longest response
     * @return the settings
     */
    public static Sampling greedy(int maxTokens) {
        return new Sampling(maxTokens, 0);
    }
}
