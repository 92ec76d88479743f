package dev.rft.core.train;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import dev.rft.core.model.PolicyModel;
import dev.rft.core.optim.Gradients;
import dev.rft.core.policy.BatchTotals;
import dev.rft.core.policy.PolicyObjective;
import dev.rft.core.policy.TokenLogProbs;
import java.util.Collection;

/**
 * Forward and backward passes over a batch, in parts of so many rows. The parts take the
 * denominators of the whole batch and their gradients add up, so that the update is the whole
 * batch's. A part in which no token counts is left out.
 */
final class Passes {

    private final int rowsPerPart;

    /**
     * Makes passes.
     *
     * @param rowsPerPart rows of a part; 0 for the whole batch at once
     */
    Passes(int rowsPerPart) {
        this.rowsPerPart = rowsPerPart;
    }

    /** Returns {@code [batch * width]}, the log-probabilities; 0 in a part that was left out. */
    float[] logProbs(PolicyModel model, TrainerBatch batch, double temperature) {
        float[] all = new float[batch.countedTokens().length];
        for (int from = 0; from < batch.rows(); from += step(batch)) {
            int to = Math.min(from + step(batch), batch.rows());
            if (batch.anyCounts(from, to)) {
                try (NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    BatchPart part = batch.part(from, to);
                    put(evaluate(model, part, temperature, false).logProb(), all, batch, from);
                }
            }
        }
        return all;
    }

    /**
     * Leaves the gradient of the loss in the parameters, whose gradients are 0 before.
     *
     * @param model the policy
     * @param parameters its parameters
     * @param objective the loss
     * @param batch a batch in which a token counts
     * @param temperature what logits are divided by
     * @return the loss and the norm of the gradient
     */
    Update backward(
            PolicyModel model,
            Collection<NDArray> parameters,
            PolicyObjective objective,
            TrainerBatch batch,
            double temperature) {
        float[] logProb = new float[batch.countedTokens().length];
        float[] entropy = new float[logProb.length];
        BatchTotals totals = batch.totals();
        double value = 0;
        for (int from = 0; from < batch.rows(); from += step(batch)) {
            int to = Math.min(from + step(batch), batch.rows());
            if (!batch.anyCounts(from, to)) {
                continue;
            }
            try (NDScope scope = new NDScope();
                    GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                scope.suppressNotUsedWarning();
                BatchPart part = batch.part(from, to);
                TokenLogProbs now = evaluate(model, part, temperature, objective.needsEntropy());
                NDArray loss = objective.loss(part.policyBatch(now, totals));
                value += loss.getFloat();
                collector.backward(loss);
                put(now.logProb(), logProb, batch, from);
                put(now.entropy(), entropy, batch, from);
            }
        }
        JniUtils.setGradMode(false);
        batch.evaluated(logProb, entropy);
        return Update.of(value, Gradients.globalNorm(parameters));
    }

    private int step(TrainerBatch batch) {
        return rowsPerPart == 0 ? batch.rows() : rowsPerPart;
    }

    private static void put(NDArray part, float[] all, TrainerBatch batch, int from) {
        float[] values = part.toFloatArray();
        System.arraycopy(values, 0, all, from * batch.width(), values.length);
    }

    private static TokenLogProbs evaluate(
            PolicyModel model, BatchPart part, double temperature, boolean entropyGradient) {
        NDArray logits = model.logits(part.inputs(), part.firstColumn());
        return TokenLogProbs.of(logits, part.targets(), temperature, entropyGradient);
    }
}
