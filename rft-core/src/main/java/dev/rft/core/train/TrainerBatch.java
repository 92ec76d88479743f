package dev.rft.core.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.rft.api.control.Batch;
import dev.rft.api.signal.StepKey;
import dev.rft.api.signal.TrajectorySummary;
import dev.rft.core.model.TokenBatch;
import dev.rft.core.policy.BatchTotals;
import java.util.Arrays;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * A collected batch with what its updates leave behind. Its tensors live in a manager of its own
 * until the step is over.
 */
final class TrainerBatch implements Batch, AutoCloseable {

    private final NDManager manager;
    private final StepKey key;
    private final ScoredRollout scored;
    private final int updates;
    private final long started;
    private final TrajectorySummary trajectories;
    private final boolean[] countedTokens;
    private final TokenBatch inputs;
    private final NDArray targets;
    private final NDArray mask;
    private @Nullable NDArray advantage;
    private @Nullable NDArray old;
    private @Nullable NDArray reference;
    private @Nullable NDArray rollout;
    private @Nullable NDArray correct;
    private @Nullable NDArray oldValues;
    private @Nullable NDArray target;
    private double[][] advantages = {};
    private boolean ofTaskReward;
    private double[][] returns = {};
    private float[] values = {};
    private float[] before = {};
    private float[] latest = {};
    private float[] entropy = {};
    private float[] after = {};
    private float[] referenceValues = {};
    private int updatesComputed;
    private int updatesApplied;
    private double updateNorm;
    private Update latestUpdate = Update.nothing();

    TrainerBatch(NDManager parent, StepKey key, ScoredRollout scored, int updates, long started) {
        this.manager = parent.newSubManager();
        this.key = key;
        this.scored = scored;
        this.updates = updates;
        this.started = started;
        this.trajectories = scored.trajectories();
        int batch = scored.rollout().batch();
        int width = scored.rollout().width();
        int prompt = scored.rollout().promptLength();
        long[][] rows = scored.rollout().rows();
        long[][] read = new long[batch][];
        long[] next = new long[batch * width];
        countedTokens = new boolean[batch * width];
        boolean[][] counted = scored.mask();
        for (int row = 0; row < batch; row++) {
            read[row] = Arrays.copyOf(rows[row], prompt + width - 1);
            System.arraycopy(rows[row], prompt, next, row * width, width);
            System.arraycopy(counted[row], 0, countedTokens, row * width, width);
        }
        Shape shape = new Shape(batch, width);
        inputs = TokenBatch.of(manager, read, scored.rollout().padding());
        targets = manager.create(next, shape);
        mask = manager.create(countedTokens, shape);
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

    StepKey key() {
        return key;
    }

    ScoredRollout scored() {
        return scored;
    }

    /** Advantages per token; empty before they were computed. */
    double[][] advantages() {
        return advantages;
    }

    /** What the critic learns from, per token; empty without one. */
    double[][] returns() {
        return returns;
    }

    /** The critic's values before the first update; empty without one. */
    float[] values() {
        return values;
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

    /** Responses in which a token counts. */
    int sequences() {
        int sequences = 0;
        for (int row = 0; row < rows(); row++) {
            sequences += anyCounts(row, row + 1) ? 1 : 0;
        }
        return sequences;
    }

    int rows() {
        return scored.rollout().batch();
    }

    int width() {
        return scored.rollout().width();
    }

    /** Whether any token of the rows from one up to another counts. */
    boolean anyCounts(int from, int to) {
        for (int i = from * width(); i < to * width(); i++) {
            if (countedTokens[i]) {
                return true;
            }
        }
        return false;
    }

    /** The denominators; of a batch in which a token counts. */
    BatchTotals totals() {
        long tokens = 0;
        long sequences = 0;
        long correctTokens = 0;
        for (int row = 0; row < rows(); row++) {
            int length = 0;
            for (int i = row * width(); i < (row + 1) * width(); i++) {
                length += countedTokens[i] ? 1 : 0;
            }
            tokens += length;
            sequences += length > 0 ? 1 : 0;
            correctTokens += correct(row) ? length : 0;
        }
        return new BatchTotals(tokens, sequences, correctTokens);
    }

    /**
     * The rows from one up to another, as views; of all of them the tensors themselves. After the
     * advantages were computed, only.
     */
    BatchPart part(int from, int to) {
        BatchPart whole =
                new BatchPart(
                        inputs,
                        scored.rollout().promptLength() - 1,
                        targets,
                        mask,
                        advantage,
                        old,
                        reference,
                        rollout,
                        correct,
                        oldValues,
                        target);
        return from == 0 && to == rows() ? whole : whole.rows(from, to);
    }

    void keepOld(float[] logProbs) {
        old = tensor(logProbs);
        before = logProbs;
    }

    void keepReference(float[] logProbs) {
        reference = tensor(logProbs);
        referenceValues = logProbs;
    }

    void keepRollout() {
        float[] sampled = new float[countedTokens.length];
        for (int row = 0; row < rows(); row++) {
            System.arraycopy(scored.rollout().logProbs()[row], 0, sampled, row * width(), width());
        }
        rollout = tensor(sampled);
    }

    void keepCorrect() {
        boolean[] tokens = new boolean[countedTokens.length];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = countedTokens[i] && correct(i / width());
        }
        correct = manager.create(tokens, mask.getShape());
    }

    void keepValues(float[] estimates) {
        oldValues = tensor(estimates);
        values = estimates;
    }

    /**
     * Keeps the advantages.
     *
     * @param ofTaskReward whether they were computed from the task's reward and nothing else
     */
    void keepAdvantages(double[][] perToken, boolean ofTaskReward) {
        advantage = tensor(flat(perToken));
        advantages = perToken;
        this.ofTaskReward = ofTaskReward;
    }

    /**
     * All trajectories of the step. A response has an advantage when it is that of each of its
     * tokens and comes from the task's reward: then it can be held against that.
     */
    TrajectorySummary judged() {
        return scored.drawnTrajectories(
                row -> ofTaskReward ? advantageOf(row) : OptionalDouble.empty());
    }

    private OptionalDouble advantageOf(int row) {
        OptionalDouble common = OptionalDouble.empty();
        for (int t = 0; t < width(); t++) {
            if (countedTokens[row * width() + t]) {
                double own = advantages[row][t];
                if (!Double.isFinite(own) || own != common.orElse(own)) {
                    return OptionalDouble.empty();
                }
                common = OptionalDouble.of(own);
            }
        }
        return common;
    }

    void keepReturns(double[][] perToken) {
        target = tensor(flat(perToken));
        returns = perToken;
    }

    /** Gives numbers per token their rows. */
    double[][] rows(float[] perToken) {
        double[][] rows = new double[rows()][width()];
        for (int i = 0; i < perToken.length; i++) {
            rows[i / width()][i % width()] = perToken[i];
        }
        return rows;
    }

    private float[] flat(double[][] perToken) {
        float[] flat = new float[countedTokens.length];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = (float) perToken[i / width()][i % width()];
        }
        return flat;
    }

    private boolean correct(int row) {
        return scored.rewards()[row] > 0;
    }

    private NDArray tensor(float[] perToken) {
        return manager.create(perToken, mask.getShape());
    }

    void computed(Update update) {
        updatesComputed++;
        latestUpdate = update;
    }

    void evaluated(float[] logProb, float[] entropies) {
        latest = logProb;
        if (updatesComputed == 0) {
            entropy = entropies;
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

    /** The update that was computed last; without values when none was. */
    Update latestUpdate() {
        return latestUpdate;
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
