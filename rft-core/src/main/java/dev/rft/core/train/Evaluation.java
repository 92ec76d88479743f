package dev.rft.core.train;

import dev.rft.core.model.PolicyModel;
import dev.rft.core.rollout.Environment;
import dev.rft.core.rollout.Sampling;
import dev.rft.core.rollout.Tokenizer;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * Greedy accuracy on fixed prompts: the mean score of an honest verifier, untouched by whatever the
 * training's verifier does. In several turns it is the verifier's score and what the environment
 * gave, together.
 */
public final class Evaluation {

    private static final int CHUNK = 1024;

    private final Tokenizer tokenizer;
    private final List<Prompt> prompts;
    private final RewardFunction verifier;
    private final RolloutSource rollouts;
    private final Sampling greedy;

    /**
     * Makes an evaluation of responses of one turn.
     *
     * @param tokenizer the model's tokenizer
     * @param prompts the fixed prompts, at least one; copied
     * @param verifier scores 1 for a correct response and 0 for another
     * @param maxTokens longest response
     */
    public Evaluation(
            Tokenizer tokenizer, List<Prompt> prompts, RewardFunction verifier, int maxTokens) {
        this(tokenizer, prompts, verifier, RolloutSource.sampler(), Sampling.greedy(maxTokens));
    }

    /**
     * Makes an evaluation of responses as a source draws them.
     *
     * @param tokenizer the model's tokenizer
     * @param prompts the fixed prompts, at least one; copied
     * @param verifier scores a response; one that always gives 0 leaves it to the environment
     * @param rollouts draws the responses
     * @param sampling how long they may be and what ends a turn; always drawn greedily
     */
    public Evaluation(
            Tokenizer tokenizer,
            List<Prompt> prompts,
            RewardFunction verifier,
            RolloutSource rollouts,
            Sampling sampling) {
        this.tokenizer = Objects.requireNonNull(tokenizer, "tokenizer");
        this.prompts = List.copyOf(prompts);
        this.verifier = Objects.requireNonNull(verifier, "verifier");
        this.rollouts = Objects.requireNonNull(rollouts, "rollouts");
        this.greedy = sampling.withTemperature(0);
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
     * @throws Environment.InfrastructureException when an environment failed
     */
    public double accuracy(PolicyModel model) {
        double sum = 0;
        for (double score : scores(model)) {
            sum += score;
        }
        return sum / prompts.size();
    }

    /**
     * Measures a model item by item, so that two models can be compared on the same items.
     *
     * @param model the model; borrowed
     * @return the score of each prompt, in their order; the caller's
     * @throws Environment.InfrastructureException when an environment failed
     */
    public double[] scores(PolicyModel model) {
        double[] scores = new double[prompts.size()];
        for (int start = 0; start < prompts.size(); start += CHUNK) {
            List<Prompt> chunk = prompts.subList(start, Math.min(start + CHUNK, prompts.size()));
            Responses responses =
                    rollouts.draw(
                            new RolloutRequest(
                                    model,
                                    tokenizer,
                                    chunk,
                                    greedy,
                                    purpose -> new SplittableRandom(0)));
            for (int row = 0; row < chunk.size(); row++) {
                if (responses.failed(row)) {
                    throw new Environment.InfrastructureException(
                            "accuracy: could not be measured, an environment failed", null);
                }
                String response = tokenizer.decode(responses.rollout().response(row));
                scores[start + row] =
                        verifier.score(chunk.get(row), response) + responses.earned(row);
            }
        }
        return scores;
    }
}
