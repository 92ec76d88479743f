package dev.rft.core.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.rft.api.control.Batch;
import dev.rft.api.signal.StepKey;
import dev.rft.api.signal.TrajectorySummary;
import dev.rft.core.model.TokenBatch;
import dev.rft.core.policy.TokenLogProbs;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A collected batch with what its updates leave behind. Its tensors live in a manager of its own
 * until the step is over.
 */
final class TrainerBatch implements Batch, AutoCloseable {

    private final NDManager manager;
    private final StepKey key;
    private final ScoredRollout scored;
    private final double[] advantages;
    private final int updates;
    private final long started;
    private final TrajectorySummary trajectories;
    private final boolean[] countedTokens;
    private final TokenBatch inputs;
    private final NDArray targets;
    private final NDArray mask;
    private final NDArray advantage;
    private @Nullable NDArray old;
    private @Nullable NDArray reference;
    private float[] before = {};
    private float[] latest = {};
    private float[] entropy = {};
    private float[] after = {};
    private float[] referenceValues = {};
    private int updatesComputed;
    private int updatesApplied;
    private double updateNorm;
    private double loss = Double.NaN;
    private double gradientNorm = Double.NaN;

    TrainerBatch(
            NDManager parent,
            StepKey key,
            ScoredRollout scored,
            double[] advantages,
            int updates,
            long started) {
        this.manager = parent.newSubManager();
        this.key = key;
        this.scored = scored;
        this.advantages = advantages;
        this.updates = updates;
        this.started = started;
        this.trajectories = scored.trajectories();
        int batch = scored.rollout().batch();
        int width = scored.rollout().width();
        int prompt = scored.rollout().promptLength();
        long[][] rows = scored.rollout().rows();
        long[][] read = new long[batch][];
        long[] next = new long[batch * width];
        float[] spread = new float[batch * width];
        countedTokens = new boolean[batch * width];
        for (int row = 0; row < batch; row++) {
            read[row] = Arrays.copyOf(rows[row], prompt + width - 1);
            System.arraycopy(rows[row], prompt, next, row * width, width);
            int length = scored.counts()[row] ? scored.rollout().lengths()[row] : 0;
            Arrays.fill(countedTokens, row * width, row * width + length, true);
            Arrays.fill(spread, row * width, (row + 1) * width, (float) advantages[row]);
        }
        Shape shape = new Shape(batch, width);
        inputs = TokenBatch.of(manager, read, scored.rollout().padding());
        targets = manager.create(next, shape);
        mask = manager.create(countedTokens, shape);
        advantage = manager.create(spread, shape);
    }

    @Override
    public TrajectorySummary trajectories() {
        return trajectories;
    }

    @Override
    public int updates() {
        return updates;
    }

    @Override
    public void close() {
        manager.close();
    }

    NDManager manager() {
        return manager;
    }

    StepKey key() {
        return key;
    }

    ScoredRollout scored() {
        return scored;
    }

    double[] advantages() {
        return advantages;
    }

    long started() {
        return started;
    }

    /** Whether no token counts, so that there is nothing to learn from. */
    boolean empty() {
        for (boolean counted : countedTokens) {
            if (counted) {
                return false;
            }
        }
        return true;
    }

    /** {@code [batch * width]}, true on tokens that count. */
    boolean[] countedTokens() {
        return countedTokens;
    }

    TokenBatch inputs() {
        return inputs;
    }

    /** The input column whose logits are those of the first response token. */
    int firstColumn() {
        return scored.rollout().promptLength() - 1;
    }

    NDArray targets() {
        return targets;
    }

    NDArray mask() {
        return mask;
    }

    NDArray advantage() {
        return advantage;
    }

    @Nullable NDArray old() {
        return old;
    }

    @Nullable NDArray reference() {
        return reference;
    }

    void keepOld(NDArray values) {
        old = values;
        before = values.toFloatArray();
    }

    void keepReference(NDArray values) {
        reference = values;
        referenceValues = values.toFloatArray();
    }

    void computed(Update update) {
        updatesComputed++;
        loss = update.loss();
        gradientNorm = update.gradientNorm();
    }

    void evaluated(TokenLogProbs tokens) {
        latest = tokens.logProb().toFloatArray();
        if (updatesComputed == 0) {
            entropy = tokens.entropy().toFloatArray();
            if (before.length == 0) {
                before = latest;
            }
        }
    }

    void applied(double norm) {
        updatesApplied++;
        updateNorm = Math.hypot(updateNorm, norm);
    }

    void measuredAfter(float[] values) {
        after = values;
    }

    int updatesComputed() {
        return updatesComputed;
    }

    int updatesApplied() {
        return updatesApplied;
    }

    double updateNorm() {
        return updateNorm;
    }

    double loss() {
        return loss;
    }

    double gradientNorm() {
        return gradientNorm;
    }

    /** Log-probabilities before the first update; empty when none was computed. */
    float[] before() {
        return before;
    }

    /** Log-probabilities from which the latest update was computed; empty when none was. */
    float[] latest() {
        return latest;
    }

    /** Log-probabilities after the last update; empty when none was applied. */
    float[] after() {
        return after;
    }

    /** Entropies before the first update; empty when none was computed. */
    float[] entropy() {
        return entropy;
    }

    /** Log-probabilities under the reference; empty without one. */
    float[] referenceValues() {
        return referenceValues;
    }
}
