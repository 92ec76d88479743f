package dev.rft.core.train;

import dev.rft.core.model.PolicyModel;
import dev.rft.core.rollout.Rollout;
import dev.rft.core.rollout.Sampler;
import dev.rft.core.rollout.Sampling;
import dev.rft.core.rollout.Tokenizer;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * Greedy accuracy on fixed prompts: the mean score of an honest verifier, untouched by whatever the
 * training's verifier does.
 */
public final class Evaluation {

    private static final int CHUNK = 1024;

    private final Tokenizer tokenizer;
    private final List<Prompt> prompts;
    private final RewardFunction verifier;
    private final int maxTokens;

    /**
     * Makes an evaluation.
     *
     * @param tokenizer the model's tokenizer
     * @param prompts the fixed prompts, at least one; copied
     * @param verifier scores 1 for a correct response and 0 for another
     * @param maxTokens longest response
     */
    public Evaluation(
            Tokenizer tokenizer, List<Prompt> prompts, RewardFunction verifier, int maxTokens) {
        this.tokenizer = Objects.requireNonNull(tokenizer, "tokenizer");
        this.prompts = List.copyOf(prompts);
        this.verifier = Objects.requireNonNull(verifier, "verifier");
        this.maxTokens = maxTokens;
        if (maxTokens < 1) {
            throw new IllegalArgumentException("maxTokens: must be >= 1, was " + maxTokens);
        }
        if (prompts.isEmpty()) {
            throw new IllegalArgumentException("prompts: must be at least one, were none");
        }
    }

    /** Returns the number of prompts that the accuracy is a mean over. */
    int size() {
        return prompts.size();
    }

    /**
     * Measures a model.
     *
     * @param model the model; borrowed
     * @return the share of prompts answered correctly, in [0, 1]
     */
    public double accuracy(PolicyModel model) {
        Sampler sampler = new Sampler(model, tokenizer);
        double score = 0;
        for (int start = 0; start < prompts.size(); start += CHUNK) {
            List<Prompt> chunk = prompts.subList(start, Math.min(start + CHUNK, prompts.size()));
            Rollout rollout =
                    sampler.sample(
                            chunk.stream().map(prompt -> tokenizer.encode(prompt.text())).toList(),
                            Sampling.greedy(maxTokens),
                            new SplittableRandom(0));
            for (int row = 0; row < chunk.size(); row++) {
                score += verifier.score(chunk.get(row), tokenizer.decode(rollout.response(row)));
            }
        }
        return score / prompts.size();
    }
}
