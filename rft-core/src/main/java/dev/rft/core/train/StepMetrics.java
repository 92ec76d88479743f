package dev.rft.core.train;

import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.Trajectory.Flag;
import dev.rft.api.signal.TrajectorySummary;
import dev.rft.core.policy.ClipMetrics;
import dev.rft.core.policy.PolicyObjective;
import dev.rft.core.policy.RolloutMismatch;
import dev.rft.core.policy.ValueLoss;
import dev.rft.core.rollout.MultiTurnRollout.Episode;
import dev.rft.core.rollout.Rollout;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * The signals of a step, computed on the host in double precision. What could not be measured is
 * left out. Rewards, groups and responses are those of all that was drawn, also of what a plan then
 * dropped; the update is that of the batch.
 *
 * <p>Implementation note. KL divergences are k3 estimates, {@code e^-x + x - 1} with {@code x} the
 * log-ratio of the policy that sampled (or is trained) to the other; {@code expm1} keeps their
 * small values exact.
 */
final class StepMetrics {

    private final TrainerBatch batch;
    private final ScoredRollout drawn;
    private final Map<Signal, Double> values = new HashMap<>();

    private StepMetrics(TrainerBatch batch) {
        this.batch = batch;
        this.drawn = batch.scored().drawn();
    }

    /** Returns the values, in a map that the caller may add to. */
    static Map<Signal, Double> of(TrainerBatch batch, PolicyObjective objective) {
        StepMetrics metrics = new StepMetrics(batch);
        metrics.rewards();
        metrics.responses();
        metrics.episodes();
        if (!batch.empty()) {
            metrics.update(objective);
        }
        return metrics.values;
    }

    /** Returns how many samples are behind the signals that are means of samples. */
    static Map<Signal, Integer> counts(TrainerBatch batch) {
        ScoredRollout drawn = batch.scored().drawn();
        int counted = 0;
        for (boolean counts : drawn.counts()) {
            counted += counts ? 1 : 0;
        }
        int all = drawn.counts().length;
        Map<Signal, Integer> counts = new HashMap<>();
        if (counted > 0) {
            counts.put(Signals.REWARD_MEAN, counted);
            counts.put(Signals.GROUP_ZERO_VARIANCE, groupsThatCount(drawn));
        }
        if (counted > 0 && drawn.isShaped()) {
            counts.put(Signals.REWARD_SHAPED, counted);
        }
        if (batch.scored().dropped().isPresent()) {
            counts.put(Signals.GROUP_DROPPED, drawn.groups());
        }
        counts.put(Signals.RESPONSE_LENGTH, all);
        counts.put(Signals.RESPONSE_EMPTY, all);
        counts.put(Signals.RESPONSE_TRUNCATED, all);
        counts.put(Signals.TRAJECTORY_MASKED, all);
        if (!drawn.responses().episodes().isEmpty()) {
            counts.put(Signals.EPISODE_TURNS, all);
            counts.put(Signals.TOOL_CALLS, all);
            int calls = sum(drawn, Episode::toolCalls);
            if (calls > 0) {
                counts.put(Signals.TOOL_ERRORS, calls);
            }
        }
        return counts;
    }

    private void rewards() {
        batch.scored()
                .dropped()
                .ifPresent(n -> values.put(Signals.GROUP_DROPPED, (double) n / drawn.groups()));
        double[] counted = counted(drawn.rewards(), drawn.counts());
        if (counted.length == 0) {
            return;
        }
        double mean = Arrays.stream(counted).average().orElseThrow();
        values.put(Signals.REWARD_MEAN, mean);
        values.put(Signals.REWARD_STD, deviation(counted, mean));
        values.put(Signals.REWARD_MIN, Arrays.stream(counted).min().orElseThrow());
        values.put(Signals.REWARD_MAX, Arrays.stream(counted).max().orElseThrow());
        values.put(Signals.GROUP_ZERO_VARIANCE, zeroVarianceShare(drawn));
        if (drawn.isShaped()) {
            double[] trained = counted(drawn.trained(), drawn.counts());
            values.put(Signals.REWARD_SHAPED, Arrays.stream(trained).average().orElseThrow());
        }
    }

    private void responses() {
        Rollout rollout = drawn.rollout();
        TrajectorySummary trajectories = drawn.trajectories();
        double tokens = 0;
        double repeated = 0;
        double unique = 0;
        int nonEmpty = 0;
        for (int row = 0; row < rollout.batch(); row++) {
            int[] response = rollout.drawn(row);
            tokens += response.length;
            if (response.length > 0) {
                nonEmpty++;
                unique += (double) Arrays.stream(response).distinct().count() / response.length;
                repeated += repetition(response);
            }
        }
        values.put(Signals.RESPONSE_LENGTH, tokens / rollout.batch());
        values.put(Signals.RESPONSE_EMPTY, trajectories.share(Flag.EMPTY));
        values.put(Signals.RESPONSE_TRUNCATED, trajectories.share(Flag.TRUNCATED));
        values.put(Signals.TRAJECTORY_MASKED, trajectories.share(Flag.MASKED));
        if (nonEmpty > 0) {
            values.put(Signals.UNIQUE_TOKENS, unique / nonEmpty);
            values.put(Signals.REPETITION, repeated / nonEmpty);
        }
    }

    private void episodes() {
        int all = drawn.responses().episodes().size();
        if (all == 0) {
            return;
        }
        int calls = sum(drawn, Episode::toolCalls);
        values.put(Signals.EPISODE_TURNS, (double) sum(drawn, Episode::turns) / all);
        values.put(Signals.TOOL_CALLS, (double) calls / all);
        if (calls > 0) {
            values.put(Signals.TOOL_ERRORS, (double) sum(drawn, Episode::toolErrors) / calls);
        }
    }

    private static int sum(ScoredRollout scored, ToIntFunction<Episode> number) {
        return scored.responses().episodes().stream().mapToInt(number).sum();
    }

    private void update(PolicyObjective objective) {
        values.put(Signals.UPDATE_NORM, batch.updateNorm());
        if (batch.updatesComputed() == 0) {
            return;
        }
        values.putAll(batch.latestUpdate().values());
        explainedVariance();
        values.put(Signals.ENTROPY, mean(batch.entropy()));
        values.put(Signals.ADVANTAGE_STD, advantageDeviation());
        sampler();
        clipShares(objective);
        if (batch.referenceValues().length > 0) {
            values.put(Signals.KL_REFERENCE, k3(batch.before(), batch.referenceValues()));
        }
        if (batch.after().length > 0) {
            values.put(Signals.KL_UPDATE, k3(batch.before(), batch.after()));
            values.put(Signals.RATIO_MAX, maxRatio());
        }
    }

    /** Of the values that advantages were computed from, before the critic learned from them. */
    private void explainedVariance() {
        if (batch.values().length > 0) {
            ValueLoss.explainedVariance(
                            batch.rows(batch.values()),
                            batch.returns(),
                            batch.scored().episodes().mask())
                    .ifPresent(share -> values.put(Signals.VALUE_EXPLAINED_VARIANCE, share));
        }
    }

    private void clipShares(PolicyObjective objective) {
        ClipMetrics shares =
                ClipMetrics.of(
                        objective,
                        batch.rows(batch.latest()),
                        batch.rows(batch.before()),
                        batch.advantages(),
                        batch.scored().episodes().mask());
        values.put(Signals.CLIP_LOW, shares.low());
        values.put(Signals.CLIP_HIGH, shares.high());
    }

    /**
     * A gap between sampler and trainer is a failure only where both are meant to be one policy; of
     * another one it says how far off-policy the samples are. Both are known without another pass.
     */
    private void sampler() {
        ScoredRollout scored = batch.scored();
        double[][] sampled = new double[batch.rows()][batch.width()];
        for (int row = 0; row < sampled.length; row++) {
            for (int t = 0; t < sampled[row].length; t++) {
                sampled[row][t] = scored.rollout().logProbs()[row][t];
            }
        }
        RolloutMismatch gap =
                RolloutMismatch.of(batch.rows(batch.before()), sampled, scored.mask());
        if (scored.responses().samePolicy()) {
            values.put(Signals.ROLLOUT_MISMATCH, gap.meanAbsoluteGap());
            values.put(Signals.ROLLOUT_KL, gap.k3());
            values.put(Signals.ROLLOUT_WEIGHT_MAX, gap.maxWeight());
            surprise();
        } else {
            values.put(Signals.BEHAVIOUR_KL, gap.k3());
            values.put(Signals.BEHAVIOUR_EFFECTIVE_SAMPLES, gap.effectiveSampleShare());
        }
    }

    /** Tokens that were drawn from the policy surprise it as much as its entropy foretells. */
    private void surprise() {
        ScoredRollout scored = batch.scored();
        float[][] logMass = scored.rollout().logMass();
        boolean[] counts = batch.countedTokens();
        if (scored.dropped().isPresent() || batch.rows() < scored.drawn().counts().length) {
            return;
        }
        double surprise = 0;
        double expected = 0;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i]) {
                if (logMass[i / batch.width()][i % batch.width()] != 0) {
                    return;
                }
                surprise -= batch.before()[i];
                expected += batch.entropy()[i];
            }
        }
        values.put(Signals.ROLLOUT_SURPRISE, 2 * (Math.sqrt(surprise) - Math.sqrt(expected)));
    }

    private double k3(float[] sampled, float[] other) {
        boolean[] counts = batch.countedTokens();
        double sum = 0;
        int n = 0;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i]) {
                double x = (double) sampled[i] - other[i];
                sum += Math.expm1(-x) + x;
                n++;
            }
        }
        return sum / n;
    }

    private double maxRatio() {
        boolean[] counts = batch.countedTokens();
        double max = 0;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i]) {
                max = Math.max(max, Math.exp((double) batch.after()[i] - batch.before()[i]));
            }
        }
        return max;
    }

    private double mean(float[] perToken) {
        boolean[] counts = batch.countedTokens();
        double sum = 0;
        int n = 0;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i]) {
                sum += perToken[i];
                n++;
            }
        }
        return sum / n;
    }

    private double advantageDeviation() {
        boolean[] counts = batch.countedTokens();
        int width = batch.scored().rollout().width();
        double[] perToken = new double[counts.length];
        for (int i = 0; i < counts.length; i++) {
            perToken[i] = batch.advantages()[i / width][i % width];
        }
        double[] counted = counted(perToken, counts);
        return deviation(counted, Arrays.stream(counted).average().orElseThrow());
    }

    private static double zeroVarianceShare(ScoredRollout scored) {
        long equal = IntStream.range(0, scored.groups()).filter(scored::equalRewards).count();
        return (double) equal / groupsThatCount(scored);
    }

    private static int groupsThatCount(ScoredRollout scored) {
        return (int)
                IntStream.range(0, scored.groups())
                        .filter(group -> scored.rewardsOf(group).length > 0)
                        .count();
    }

    /** Returns the share of a response's tokens that repeat the one before; NaN of none. */
    static double repetition(int[] response) {
        int repeats = 0;
        for (int i = 1; i < response.length; i++) {
            repeats += response[i] == response[i - 1] ? 1 : 0;
        }
        return (double) repeats / response.length;
    }

    private static double[] counted(double[] values, boolean[] counts) {
        double[] kept = new double[values.length];
        int n = 0;
        for (int i = 0; i < values.length; i++) {
            if (counts[i]) {
                kept[n++] = values[i];
            }
        }
        return Arrays.copyOf(kept, n);
    }

    private static double deviation(double[] values, double mean) {
        double squares = Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum();
        return Math.sqrt(squares / values.length);
    }
}
