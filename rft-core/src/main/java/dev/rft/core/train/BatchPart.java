package dev.rft.core.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import dev.rft.core.model.TokenBatch;
import dev.rft.core.policy.BatchTotals;
import dev.rft.core.policy.PolicyBatch;
import dev.rft.core.policy.TokenLogProbs;
import org.jspecify.annotations.Nullable;

/**
 * Some rows of a batch as tensors, all {@code [rows, width]} but the inputs.
 *
 * @param inputs what the model reads
 * @param firstColumn the input column whose logits are those of the first response token
 * @param targets response tokens
 * @param mask boolean, true on tokens that count
 * @param advantage advantage of each token
 * @param old log-probabilities before the first update; null when this is the first and only
 * @param reference log-probabilities under the reference; null without one
 * @param rollout log-probabilities as the sampler reported them; null when nothing needs them
 * @param correct boolean, true on tokens of correct responses; null when nothing needs them
 */
record BatchPart(
        TokenBatch inputs,
        int firstColumn,
        NDArray targets,
        NDArray mask,
        NDArray advantage,
        @Nullable NDArray old,
        @Nullable NDArray reference,
        @Nullable NDArray rollout,
        @Nullable NDArray correct) {

    /** Returns the rows from one up to another, as views. */
    BatchPart rows(int from, int to) {
        NDIndex rows = new NDIndex("{}:{}", from, to);
        return new BatchPart(
                new TokenBatch(
                        inputs.tokens().get(rows),
                        inputs.positions().get(rows),
                        inputs.real().get(rows)),
                firstColumn,
                targets.get(rows),
                mask.get(rows),
                advantage.get(rows),
                view(old, rows),
                view(reference, rows),
                view(rollout, rows),
                view(correct, rows));
    }

    /** Returns what the loss is computed from; without old log-probabilities the ratio is 1. */
    PolicyBatch policyBatch(TokenLogProbs now, BatchTotals totals) {
        return new PolicyBatch(
                now.logProb(),
                old == null ? now.logProb().stopGradient() : old,
                reference,
                advantage,
                mask,
                rollout,
                now.entropy(),
                correct,
                totals);
    }

    private static @Nullable NDArray view(@Nullable NDArray array, NDIndex rows) {
        return array == null ? null : array.get(rows);
    }
}
