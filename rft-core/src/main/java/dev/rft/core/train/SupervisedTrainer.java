package dev.rft.core.train;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import dev.rft.core.model.PolicyModel;
import dev.rft.core.model.TokenBatch;
import dev.rft.core.optim.Gradients;
import dev.rft.core.optim.Optimizer;
import dev.rft.core.policy.Aggregation;
import dev.rft.core.policy.TokenLogProbs;
import dev.rft.core.rollout.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Supervised fine-tuning on reference answers: the warm start that gives policy optimization
 * something to improve.
 */
public final class SupervisedTrainer {

    private final PolicyModel model;
    private final Tokenizer tokenizer;
    private final Optimizer optimizer;
    private final double maxGradNorm;

    /**
     * Makes a trainer.
     *
     * @param model the model; borrowed
     * @param tokenizer its tokenizer
     * @param optimizer makes the updates; borrowed
     * @param maxGradNorm gradients are scaled down to this global norm, above 0
     */
    public SupervisedTrainer(
            PolicyModel model, Tokenizer tokenizer, Optimizer optimizer, double maxGradNorm) {
        this.model = Objects.requireNonNull(model, "model");
        this.tokenizer = Objects.requireNonNull(tokenizer, "tokenizer");
        this.optimizer = Objects.requireNonNull(optimizer, "optimizer");
        this.maxGradNorm = maxGradNorm;
    }

    /**
     * Makes one update towards the answers and the end of sequence after them.
     *
     * @param prompts the prompts with their answers, at least one
     * @param learningRate the learning rate
     * @return the mean negative log-likelihood per answer token before the update, in nats
     * @throws ArithmeticException when the loss or its gradient is not finite; the weights are
     *     unchanged then
     */
    public double step(List<Prompt> prompts, double learningRate) {
        JniUtils.setGradMode(false);
        try (NDManager manager = model.manager().newSubManager()) {
            Examples examples = new Examples(prompts);
            try {
                double loss = backward(manager, examples);
                double norm = Gradients.globalNorm(model.parameters().values());
                if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
                    throw new ArithmeticException(
                            "supervised step: loss and gradient norm must be finite, were "
                                    + loss
                                    + ", "
                                    + norm);
                }
                Gradients.clip(model.parameters().values(), norm, maxGradNorm);
                optimizer.step(model.parameters(), learningRate);
                return loss;
            } finally {
                JniUtils.setGradMode(false);
                Gradients.zero(model.parameters().values());
            }
        }
    }

    private double backward(NDManager manager, Examples examples) {
        try (NDScope scope = new NDScope();
                GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            scope.suppressNotUsedWarning();
            TokenBatch inputs = TokenBatch.of(manager, examples.inputs, examples.padding);
            Shape shape = new Shape(examples.inputs.length, examples.width);
            NDArray targets = manager.create(examples.targets, shape);
            NDArray mask = manager.create(examples.counts, shape);
            NDArray logits = model.logits(inputs, examples.promptLength - 1);
            NDArray logProb = TokenLogProbs.of(logits, targets, 1).logProb();
            NDArray loss = Aggregation.TOKEN_MEAN.aggregate(logProb.neg(), mask);
            collector.backward(loss);
            return loss.getFloat();
        }
    }

    /** Prompts padded on the left and answers on the right, shifted by one token. */
    private final class Examples {
        private final int promptLength;
        private final int width;
        private final long[][] inputs;
        private final int[] padding;
        private final long[] targets;
        private final boolean[] counts;

        Examples(List<Prompt> prompts) {
            if (prompts.isEmpty()) {
                throw new IllegalArgumentException("prompts: must be at least one, were none");
            }
            int batch = prompts.size();
            List<int[]> questions = prompts.stream().map(p -> tokenizer.encode(p.text())).toList();
            List<int[]> answers = prompts.stream().map(p -> tokenizer.encode(p.answer())).toList();
            promptLength = questions.stream().mapToInt(tokens -> tokens.length).max().orElseThrow();
            width = answers.stream().mapToInt(tokens -> tokens.length).max().orElseThrow() + 1;
            inputs = new long[batch][promptLength + width - 1];
            padding = new int[batch];
            targets = new long[batch * width];
            counts = new boolean[batch * width];
            for (int row = 0; row < batch; row++) {
                int[] question = questions.get(row);
                int[] answer = answers.get(row);
                Arrays.fill(inputs[row], tokenizer.padding());
                padding[row] = promptLength - question.length;
                for (int i = 0; i < question.length; i++) {
                    inputs[row][padding[row] + i] = question[i];
                }
                for (int i = 0; i <= answer.length; i++) {
                    boolean end = i == answer.length;
                    targets[row * width + i] = end ? tokenizer.endOfSequence() : answer[i];
                    counts[row * width + i] = true;
                    if (!end && i + 1 < width) {
                        inputs[row][promptLength + i] = answer[i];
                    }
                }
            }
        }
    }
}
