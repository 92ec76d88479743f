package dev.rft.core.train;

import dev.rft.api.signal.Trajectory;
import dev.rft.api.signal.Trajectory.Flag;
import dev.rft.api.signal.TrajectorySummary;
import dev.rft.core.policy.Episodes;
import dev.rft.core.rollout.Rollout;
import dev.rft.core.rollout.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Responses with their rewards. A response that could not be scored, because its verifier or its
 * environment failed, does not count.
 */
final class ScoredRollout {

    private static final Logger LOG = LoggerFactory.getLogger(ScoredRollout.class);

    private final Responses responses;
    private final List<Prompt> prompts;
    private final double[] rewards;
    private final double @Nullable [] shaped;
    private final boolean[] counts;
    private final int groupSize;
    private final @Nullable ScoredRollout drawn;

    /** Which row of all that was drawn each of these is; empty when these are all. */
    private final int[] drawnRows;

    private final OptionalInt dropped;

    private ScoredRollout(
            Responses responses,
            List<Prompt> prompts,
            double[] rewards,
            double @Nullable [] shaped,
            boolean[] counts,
            int groupSize,
            @Nullable ScoredRollout drawn,
            int[] drawnRows,
            OptionalInt dropped) {
        this.responses = responses;
        this.prompts = prompts;
        this.rewards = rewards;
        this.shaped = shaped;
        this.counts = counts;
        this.groupSize = groupSize;
        this.drawn = drawn;
        this.drawnRows = drawnRows;
        this.dropped = dropped;
    }

    /** Holds responses whose prompts do not matter. */
    ScoredRollout(Responses responses, double[] rewards, boolean[] counts, int groupSize) {
        this(
                responses,
                List.of(),
                rewards,
                null,
                counts,
                groupSize,
                null,
                new int[0],
                OptionalInt.empty());
    }

    /**
     * Scores responses.
     *
     * @param responses what was drawn
     * @param prompts one per response
     * @param tokenizer makes text of them
     * @param verifier gives the reward, to which what the environment gave is added
     * @param shaping changes the reward that is trained on; null for none
     * @param groupSize responses per prompt
     */
    static ScoredRollout of(
            Responses responses,
            List<Prompt> prompts,
            Tokenizer tokenizer,
            RewardFunction verifier,
            @Nullable RewardShaping shaping,
            int groupSize) {
        Rollout rollout = responses.rollout();
        double[] rewards = new double[rollout.batch()];
        double[] shaped = shaping == null ? null : new double[rewards.length];
        boolean[] counts = new boolean[rollout.batch()];
        int failed = 0;
        for (int row = 0; row < rewards.length; row++) {
            if (responses.failed(row)) {
                continue;
            }
            String response = tokenizer.decode(rollout.response(row));
            try {
                rewards[row] = verifier.score(prompts.get(row), response) + responses.earned(row);
                counts[row] = true;
            } catch (RewardFunction.InfrastructureException e) {
                if (failed++ == 0) {
                    LOG.warn("A response could not be scored and is masked", e);
                }
            }
            if (shaping != null && shaped != null && counts[row]) {
                shaped[row] = shaping.shape(rewards[row], tokens(rollout, row));
            }
        }
        if (failed > 1) {
            LOG.warn("{} of {} responses could not be scored", failed, rewards.length);
        }
        return new ScoredRollout(
                responses,
                prompts,
                rewards,
                shaped,
                counts,
                groupSize,
                null,
                new int[0],
                OptionalInt.empty());
    }

    /** Puts the responses of several draws one behind the other. */
    static ScoredRollout join(List<ScoredRollout> parts, int paddingToken) {
        ScoredRollout first = parts.get(0);
        if (parts.size() == 1) {
            return first;
        }
        List<Prompt> prompts = new ArrayList<>();
        parts.forEach(part -> prompts.addAll(part.prompts));
        boolean[] counts = new boolean[prompts.size()];
        int at = 0;
        for (ScoredRollout part : parts) {
            System.arraycopy(part.counts, 0, counts, at, part.counts.length);
            at += part.counts.length;
        }
        return new ScoredRollout(
                Responses.join(parts.stream().map(part -> part.responses).toList(), paddingToken),
                prompts,
                parts.stream().flatMapToDouble(part -> Arrays.stream(part.rewards)).toArray(),
                first.shaped == null
                        ? null
                        : parts.stream()
                                .flatMapToDouble(part -> Arrays.stream(part.trained()))
                                .toArray(),
                counts,
                first.groupSize,
                null,
                new int[0],
                OptionalInt.empty());
    }

    /**
     * Returns some of the groups as the batch to train on.
     *
     * @param groups which, at least one
     * @param equal how many of all were dropped for their equal rewards
     */
    ScoredRollout keep(int[] groups, int equal) {
        int[] rows =
                Arrays.stream(groups)
                        .flatMap(
                                group ->
                                        IntStream.range(0, groupSize)
                                                .map(i -> group * groupSize + i))
                        .toArray();
        boolean[] keptCounts = new boolean[rows.length];
        for (int i = 0; i < rows.length; i++) {
            keptCounts[i] = counts[rows[i]];
        }
        double[] all = shaped;
        return new ScoredRollout(
                responses.select(rows),
                Arrays.stream(rows).mapToObj(prompts::get).toList(),
                Arrays.stream(rows).mapToDouble(row -> rewards[row]).toArray(),
                all == null ? null : Arrays.stream(rows).mapToDouble(row -> all[row]).toArray(),
                keptCounts,
                groupSize,
                this,
                rows,
                OptionalInt.of(equal));
    }

    Responses responses() {
        return responses;
    }

    /** Returns this without the rewards of some responses, which count no more. */
    ScoredRollout without(Set<Integer> rows) {
        double[] left = rewards.clone();
        double[] leftShaped = shaped == null ? null : shaped.clone();
        boolean[] counting = counts.clone();
        for (int row : rows) {
            Objects.checkIndex(row, left.length);
            left[row] = 0;
            counting[row] = false;
            if (leftShaped != null) {
                leftShaped[row] = 0;
            }
        }
        ScoredRollout all = drawn;
        return new ScoredRollout(
                responses,
                prompts,
                left,
                leftShaped,
                counting,
                groupSize,
                all == null
                        ? null
                        : all.without(
                                rows.stream()
                                        .map(row -> drawnRows[row])
                                        .collect(Collectors.toUnmodifiableSet())),
                drawnRows,
                dropped);
    }

    Rollout rollout() {
        return responses.rollout();
    }

    /** The task's reward per response; 0 where it does not count. */
    double[] rewards() {
        return rewards;
    }

    /** The reward per response that is trained on; 0 where it does not count. */
    double[] trained() {
        double[] changed = shaped;
        return changed == null ? rewards : changed;
    }

    /** Whether the reward that is trained on is another than the task's. */
    boolean isShaped() {
        return shaped != null;
    }

    /** Whether each response counts. */
    boolean[] counts() {
        return counts;
    }

    int groupSize() {
        return groupSize;
    }

    int groups() {
        return counts.length / groupSize;
    }

    /** All that was drawn in the step, of which this is what it trains on. */
    ScoredRollout drawn() {
        return drawn == null ? this : drawn;
    }

    /** How many groups were dropped for their equal rewards; empty when none is to be. */
    OptionalInt dropped() {
        return dropped;
    }

    /** {@code [batch][width]}, true on tokens that the policy drew in responses that count. */
    boolean[][] mask() {
        boolean[][] mask = new boolean[counts.length][rollout().width()];
        for (int row = 0; row < mask.length; row++) {
            if (counts[row]) {
                mask[row] = rollout().sampled()[row].clone();
            }
        }
        return mask;
    }

    /** What advantages are computed from: the reward at the last token of what counts. */
    Episodes episodes() {
        return Episodes.rewardedAtTheEnd(trained(), mask(), groupSize);
    }

    /** Rewards of a group's responses that count. */
    double[] rewardsOf(int group) {
        return IntStream.range(group * groupSize, (group + 1) * groupSize)
                .filter(row -> counts[row])
                .mapToDouble(row -> rewards[row])
                .toArray();
    }

    /** Whether a group has rewards and all of them are equal. NaN equals nothing. */
    boolean equalRewards(int group) {
        double[] counted = rewardsOf(group);
        return counted.length > 0
                && Arrays.stream(counted).allMatch(reward -> reward == counted[0]);
    }

    /** What each group's prompt earned, in order. */
    List<PromptOutcome> outcomes() {
        List<PromptOutcome> outcomes = new ArrayList<>();
        for (int group = 0; group < groups(); group++) {
            List<Double> counted = Arrays.stream(rewardsOf(group)).boxed().toList();
            outcomes.add(
                    new PromptOutcome(
                            prompts.get(group * groupSize), counted, groupSize - counted.size()));
        }
        return outcomes;
    }

    TrajectorySummary trajectories() {
        return summary(row -> OptionalDouble.empty());
    }

    /**
     * Returns all that was drawn in the step.
     *
     * @param advantage that of each of these rows
     */
    TrajectorySummary drawnTrajectories(IntFunction<OptionalDouble> advantage) {
        ScoredRollout all = drawn;
        if (all == null) {
            return summary(advantage);
        }
        Map<Integer, OptionalDouble> known = new HashMap<>();
        for (int row = 0; row < drawnRows.length; row++) {
            known.put(drawnRows[row], advantage.apply(row));
        }
        return all.summary(row -> known.getOrDefault(row, OptionalDouble.empty()));
    }

    private TrajectorySummary summary(IntFunction<OptionalDouble> advantage) {
        List<Trajectory> trajectories = new ArrayList<>(rewards.length);
        for (int row = 0; row < rewards.length; row++) {
            int[] drawn = rollout().drawn(row);
            int length = drawn.length;
            EnumSet<Flag> flags = EnumSet.noneOf(Flag.class);
            if (length == 0) {
                flags.add(Flag.EMPTY);
            }
            if (rollout().endings()[row] == Rollout.Ending.LENGTH) {
                flags.add(Flag.TRUNCATED);
            }
            if (!counts[row]) {
                flags.add(Flag.MASKED);
            }
            trajectories.add(
                    new Trajectory(
                            row / groupSize,
                            rewards[row],
                            length,
                            flags,
                            advantage.apply(row),
                            length == 0
                                    ? OptionalDouble.empty()
                                    : OptionalDouble.of(StepMetrics.repetition(drawn)),
                            OptionalLong.of(hash(drawn))));
        }
        return new TrajectorySummary(trajectories);
    }

    /** Hashes tokens with 64 bits: equal responses, equal numbers. */
    private static long hash(int[] tokens) {
        long hash = tokens.length;
        for (int token : tokens) {
            hash = (hash ^ token) * 0x100000001b3L + 1;
        }
        return hash;
    }

    private static int tokens(Rollout rollout, int row) {
        int tokens = 0;
        for (boolean drew : rollout.sampled()[row]) {
            tokens += drew ? 1 : 0;
        }
        return tokens;
    }
}
