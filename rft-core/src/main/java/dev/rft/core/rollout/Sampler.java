package dev.rft.core.rollout;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import dev.rft.core.model.Decoder;
import dev.rft.core.model.PolicyModel;
import dev.rft.core.model.TokenBatch;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * Draws responses in batches.
 *
 * <p>Implementation note. A token is drawn by inverting the distribution function with one uniform
 * number per row: the first token whose cumulative probability exceeds {@code u * total}. The sums
 * are in double precision, so that a token of probability 0 cannot be hit by rounding. Every row
 * consumes one number per column, finished or not: what a row draws does not depend on the others.
 */
public final class Sampler {

    private final PolicyModel model;
    private final Tokenizer tokenizer;

    /**
     * Makes a sampler.
     *
     * @param model the policy; borrowed
     * @param tokenizer its tokenizer
     */
    public Sampler(PolicyModel model, Tokenizer tokenizer) {
        this.model = Objects.requireNonNull(model, "model");
        this.tokenizer = Objects.requireNonNull(tokenizer, "tokenizer");
    }

    /**
     * Draws one response per prompt.
     *
     * @param prompts the prompts' tokens, none empty
     * @param sampling how to draw
     * @param random the only source of randomness
     * @return the responses
     */
    public Rollout sample(List<int[]> prompts, Sampling sampling, RandomGenerator random) {
        if (prompts.isEmpty() || prompts.stream().anyMatch(prompt -> prompt.length == 0)) {
            throw new IllegalArgumentException("prompts: must be at least one, none empty");
        }
        JniUtils.setGradMode(false);
        Draft draft = new Draft(prompts, sampling.maxTokens());
        try (NDManager manager = model.manager().newSubManager();
                Decoder decoder = model.decoder()) {
            NDArray logits;
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                logits = decoder.prefill(TokenBatch.of(manager, draft.promptRows(), draft.padding));
                NDScope.unregister(logits);
            }
            for (int column = 0; ; column++) {
                try (NDScope scope = new NDScope();
                        NDArray current = logits) {
                    scope.suppressNotUsedWarning();
                    NDArray tokens =
                            draw(manager, current, sampling.temperature(), random, draft, column);
                    if (draft.finished() || column + 1 == sampling.maxTokens()) {
                        return draft.rollout(column + 1);
                    }
                    logits = decoder.next(tokens);
                    NDScope.unregister(logits);
                }
            }
        }
    }

    private NDArray draw(
            NDManager manager,
            NDArray logits,
            double temperature,
            RandomGenerator random,
            Draft draft,
            int column) {
        boolean greedy = temperature == 0;
        NDArray scaled = greedy || temperature == 1 ? logits : logits.div((float) temperature);
        NDArray logProbs = scaled.logSoftmax(-1);
        NDArray tokens;
        if (greedy) {
            tokens = logProbs.argMax(-1);
        } else {
            int batch = draft.rows.length;
            double[] uniform = new double[batch];
            Arrays.setAll(uniform, row -> random.nextDouble());
            NDArray cumulative = logProbs.toType(DataType.FLOAT64, true).exp().cumSum(1);
            long last = logProbs.getShape().get(1) - 1;
            NDArray total = cumulative.get(":, {}:", last);
            NDArray threshold = manager.create(uniform, new Shape(batch, 1)).mul(total);
            tokens =
                    cumulative
                            .lte(threshold)
                            .toType(DataType.INT64, true)
                            .sum(new int[] {1})
                            .minimum(last);
        }
        NDArray chosen = logProbs.gather(tokens.expandDims(1), 1);
        draft.append(column, tokens.toLongArray(), chosen.toFloatArray());
        return tokens;
    }

    /** The responses while they grow. */
    private final class Draft {
        private final long[][] rows;
        private final int[] padding;
        private final int promptLength;
        private final int[] lengths;
        private final boolean[] ended;
        private final float[][] logProbs;
        private int open;

        Draft(List<int[]> prompts, int maxTokens) {
            int batch = prompts.size();
            promptLength = prompts.stream().mapToInt(prompt -> prompt.length).max().orElseThrow();
            rows = new long[batch][promptLength + maxTokens];
            padding = new int[batch];
            lengths = new int[batch];
            ended = new boolean[batch];
            logProbs = new float[batch][maxTokens];
            open = batch;
            for (int row = 0; row < batch; row++) {
                int[] prompt = prompts.get(row);
                padding[row] = promptLength - prompt.length;
                Arrays.fill(rows[row], tokenizer.padding());
                for (int i = 0; i < prompt.length; i++) {
                    rows[row][padding[row] + i] = prompt[i];
                }
            }
        }

        long[][] promptRows() {
            return head(promptLength);
        }

        void append(int column, long[] tokens, float[] chosen) {
            for (int row = 0; row < rows.length; row++) {
                if (!ended[row]) {
                    rows[row][promptLength + column] = tokens[row];
                    logProbs[row][column] = chosen[row];
                    lengths[row] = column + 1;
                    if (tokens[row] == tokenizer.endOfSequence()) {
                        ended[row] = true;
                        open--;
                    }
                }
            }
        }

        boolean finished() {
            return open == 0;
        }

        Rollout rollout(int width) {
            float[][] kept = new float[rows.length][];
            Arrays.setAll(kept, row -> Arrays.copyOf(logProbs[row], width));
            return new Rollout(
                    head(promptLength + width), padding, promptLength, lengths, ended, kept);
        }

        private long[][] head(int columns) {
            long[][] head = new long[rows.length][];
            Arrays.setAll(head, row -> Arrays.copyOf(rows[row], columns));
            return head;
        }
    }
}
