package dev.rft.core.rollout;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How responses are drawn: from {@code softmax(logits / temperature)}, restricted to the {@code
 * topK} most probable tokens, of these to the smallest set that holds {@code topP} of their mass
 * (nucleus sampling, Holtzman et al., arXiv 1904.09751), and normalised again. The order is that of
 * Hugging Face Transformers and vLLM. A token exactly as probable as the last one kept is kept too,
 * so that the set does not depend on the order of the vocabulary.
 *
 * @param maxTokens longest response, its end of sequence included
 * @param temperature what the logits are divided by; 0 takes the most probable token each time, and
 *     the restrictions are then without effect
 * @param topK how many tokens are kept; 0 (or the vocabulary's size and more) keeps all
 * @param topP share of the mass that is kept, in (0, 1]; 1 keeps all
 * @param stops token sequences that end a response; they stay part of it. Matched within the
 *     response only, not across the end of the prompt. The end of sequence always ends a response
 *     and need not be named
 */
public record Sampling(
        int maxTokens, double temperature, int topK, double topP, List<List<Integer>> stops) {

    /** Checks the ranges. */
    public Sampling {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("maxTokens: must be >= 1, was " + maxTokens);
        }
        if (!(temperature >= 0 && Double.isFinite(temperature))) {
            throw new IllegalArgumentException(
                    "temperature: must be >= 0 and finite, was " + temperature);
        }
        if (topK < 0) {
            throw new IllegalArgumentException("topK: must be >= 0, was " + topK);
        }
        if (!(topP > 0 && topP <= 1)) {
            throw new IllegalArgumentException("topP: must be in (0, 1], was " + topP);
        }
        stops = stops.stream().map(List::copyOf).toList();
        for (List<Integer> stop : stops) {
            if (stop.isEmpty() || stop.stream().anyMatch(token -> token < 0)) {
                throw new IllegalArgumentException(
                        "stops: must hold tokens >= 0, none empty, were " + stops);
            }
        }
    }

    /**
     * Draws from the whole distribution until the end of sequence or the limit.
     *
     * @param maxTokens longest response
     * @param temperature what the logits are divided by
     */
    public Sampling(int maxTokens, double temperature) {
        this(maxTokens, temperature, 0, 1, List.of());
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

    /**
     * Returns the same settings with another limit.
     *
     * @param tokens longest response
     * @return the settings
     */
    public Sampling withMaxTokens(int tokens) {
        return new Sampling(tokens, temperature, topK, topP, stops);
    }

    /**
     * Returns the same settings with another temperature.
     *
     * @param value the temperature
     * @return the settings
     */
    public Sampling withTemperature(double value) {
        return new Sampling(maxTokens, value, topK, topP, stops);
    }

    /**
     * Returns the same settings restricted to the most probable tokens.
     *
     * @param tokens how many are kept, 0 for all
     * @return the settings
     */
    public Sampling withTopK(int tokens) {
        return new Sampling(maxTokens, temperature, tokens, topP, stops);
    }

    /**
     * Returns the same settings restricted to the nucleus.
     *
     * @param mass share of the mass that is kept, 1 for all
     * @return the settings
     */
    public Sampling withTopP(double mass) {
        return new Sampling(maxTokens, temperature, topK, mass, stops);
    }

    /**
     * Returns the same settings with one more sequence that ends a response.
     *
     * @param tokens the sequence
     * @return the settings
     */
    public Sampling withStop(int... tokens) {
        List<List<Integer>> more = new ArrayList<>(stops);
        more.add(Arrays.stream(tokens).boxed().toList());
        return new Sampling(maxTokens, temperature, topK, topP, more);
    }

    /** Whether tokens of a vocabulary are left out. */
    boolean truncates(long vocabulary) {
        boolean fewer = topK > 0 && topK < vocabulary;
        return temperature > 0 && (topP < 1 || fewer);
    }
}
