package dev.rft.api.signal;

import static dev.rft.api.signal.Signal.Direction.DOWN;
import static dev.rft.api.signal.Signal.Direction.EITHER;
import static dev.rft.api.signal.Signal.Direction.NONE;
import static dev.rft.api.signal.Signal.Direction.UP;
import static dev.rft.api.signal.Signal.Scale.FRACTION;
import static dev.rft.api.signal.Signal.Scale.LINEAR;
import static dev.rft.api.signal.Signal.Scale.LOG;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The signals that rft's own loop reports and its detectors know. Names, not values: a loop reports
 * what it has.
 */
public final class Signals {

    /** Mean reward over the trajectories of the step that count. */
    public static final Signal REWARD_MEAN = Signal.of("reward.mean", "reward", DOWN, LINEAR);

    /** Standard deviation of the reward over the step's trajectories. */
    public static final Signal REWARD_STD = Signal.of("reward.std", "reward", DOWN, LINEAR);

    /** Largest reward of the step: what a verifier with a known range must never exceed. */
    public static final Signal REWARD_MAX = Signal.of("reward.max", "reward", UP, LINEAR);

    /** Smallest reward of the step. */
    public static final Signal REWARD_MIN = Signal.of("reward.min", "reward", DOWN, LINEAR);

    /** Share of groups whose rewards are all equal, so that they teach nothing. */
    public static final Signal GROUP_ZERO_VARIANCE =
            Signal.of("group.zero_variance", "share", UP, FRACTION);

    /**
     * Mean reward that is trained on, of a loop that shapes it: the task's reward is {@link
     * #REWARD_MEAN}.
     */
    public static final Signal REWARD_SHAPED = Signal.of("reward.shaped", "reward", DOWN, LINEAR);

    /**
     * Share of groups that were dropped for their equal rewards, of a loop that drops them. The
     * signals of rewards, groups and responses are about the dropped ones too.
     */
    public static final Signal GROUP_DROPPED = Signal.of("group.dropped", "share", UP, FRACTION);

    /** Standard deviation of the advantages over response tokens. */
    public static final Signal ADVANTAGE_STD = Signal.of("advantage.std", "", EITHER, LOG);

    /** KL divergence of the policy to the reference, k3 estimate. */
    public static final Signal KL_REFERENCE = Signal.of("kl.reference", "nats per token", UP, LOG);

    /**
     * KL divergence of the policy that sampled to the policy after the step's updates, k3 estimate.
     */
    public static final Signal KL_UPDATE = Signal.of("kl.update", "nats per token", UP, LOG);

    /** Mean entropy of the sampling distribution over response tokens. */
    public static final Signal ENTROPY = Signal.of("entropy", "nats per token", DOWN, LINEAR);

    /** Largest probability ratio between the trained and the sampling policy. */
    public static final Signal RATIO_MAX = Signal.of("ratio.max", "", UP, LOG);

    /** Share of response tokens clipped at the lower bound. */
    public static final Signal CLIP_LOW = Signal.of("clip.low", "share", UP, FRACTION);

    /** Share of response tokens clipped at the upper bound. */
    public static final Signal CLIP_HIGH = Signal.of("clip.high", "share", UP, FRACTION);

    /** Policy loss, all terms included. */
    public static final Signal LOSS_POLICY = Signal.of("loss.policy", "", NONE, LINEAR);

    /** Value loss of the critic. */
    public static final Signal LOSS_VALUE = Signal.of("loss.value", "", UP, LOG);

    /** Share of the return's variance that the critic explains. */
    public static final Signal VALUE_EXPLAINED_VARIANCE =
            Signal.of("value.explained_variance", "share", DOWN, LINEAR);

    /** Global norm of the critic's gradient before clipping. */
    public static final Signal VALUE_GRAD_NORM = Signal.of("value.grad_norm", "", UP, LOG);

    /** Global gradient norm before clipping. */
    public static final Signal GRAD_NORM = Signal.of("grad.norm", "", UP, LOG);

    /** Global norm of the change of the weights. */
    public static final Signal UPDATE_NORM = Signal.of("update.norm", "", EITHER, LOG);

    /** Learning rate of the step: as the knob is set, times the factor of a schedule. */
    public static final Signal LEARNING_RATE = Signal.of("learning_rate", "", NONE, LOG);

    /** Mean response length. */
    public static final Signal RESPONSE_LENGTH =
            Signal.of("response.length", "tokens", EITHER, LOG);

    /** Share of responses cut at the length limit. */
    public static final Signal RESPONSE_TRUNCATED =
            Signal.of("response.truncated", "share", UP, FRACTION);

    /** Share of empty responses. */
    public static final Signal RESPONSE_EMPTY = Signal.of("response.empty", "share", UP, FRACTION);

    /** Share of responses under the task's usual length. */
    public static final Signal RESPONSE_SHORT = Signal.of("response.short", "share", UP, FRACTION);

    /** Share of responses over the task's usual length. */
    public static final Signal RESPONSE_LONG = Signal.of("response.long", "share", UP, FRACTION);

    /** Mean share of response tokens that repeat the token before them. */
    public static final Signal REPETITION = Signal.of("repetition", "share", UP, LINEAR);

    /** Mean share of distinct tokens in a response. */
    public static final Signal UNIQUE_TOKENS = Signal.of("unique_tokens", "share", DOWN, LINEAR);

    /** Share of responses whose length is more than a quarter away from their group's median. */
    public static final Signal RESPONSE_OFF_LENGTH =
            Signal.of("response.off_length", "share", UP, FRACTION);

    /** Share of responses whose repetition lies more than 0.2 above their group's median. */
    public static final Signal RESPONSE_OFF_REPETITION =
            Signal.of("response.off_repetition", "share", UP, FRACTION);

    /** Number of different responses in a group as a share of the group, averaged over groups. */
    public static final Signal RESPONSE_DISTINCT =
            Signal.of("response.distinct", "share", DOWN, FRACTION);

    /**
     * Share of trajectories that an infrastructure failure spoiled, so that they have no reward.
     */
    public static final Signal RESPONSE_MASKED =
            Signal.of("response.masked", "share", UP, FRACTION);

    /** Correlation of reward and length within the groups. */
    public static final Signal REWARD_LENGTH_CORRELATION =
            Signal.of("reward.length_correlation", "", EITHER, LINEAR);

    /** Correlation of reward and repetition within the groups. */
    public static final Signal REWARD_REPETITION_CORRELATION =
            Signal.of("reward.repetition_correlation", "", EITHER, LINEAR);

    /**
     * Among responses that repeat an earlier one of their group word by word, the share with
     * another reward than that one.
     */
    public static final Signal REWARD_CONTRADICTIONS =
            Signal.of("reward.contradictions", "share", UP, FRACTION);

    /**
     * Among groups in which some responses are better than others and at least two are best, the
     * share in which not all of the best say the same.
     */
    public static final Signal REWARD_SECOND_ANSWERS =
            Signal.of("reward.second_answers", "share", UP, FRACTION);

    /**
     * Number of different rewards among the step's trajectories: a verdict has few, a bonus that
     * grows with something has many.
     */
    public static final Signal REWARD_LEVELS = Signal.of("reward.levels", "rewards", NONE, LOG);

    /**
     * Mean absolute gap between the sampler's and the trainer's log-probability of the same token
     * under the same weights. Absent when the sampler is another policy by design.
     */
    public static final Signal ROLLOUT_MISMATCH =
            Signal.of("rollout.mismatch", "nats per token", UP, LOG);

    /**
     * Share of trajectories that do not count, because what should have scored them failed. They
     * have no reward; 0 would teach the policy that the failure was its fault.
     */
    public static final Signal TRAJECTORY_MASKED =
            Signal.of("trajectory.masked", "share", UP, FRACTION);

    /**
     * KL divergence of the sampler to the trainer under the same weights, k3 estimate: 0 but for
     * rounding when the two agree.
     */
    public static final Signal ROLLOUT_KL = Signal.of("rollout.kl", "nats per token", UP, LOG);

    /**
     * Largest importance weight of a token, trainer to sampler, under the same weights: 1 but for
     * rounding when the two agree.
     */
    public static final Signal ROLLOUT_WEIGHT_MAX = Signal.of("rollout.weight_max", "", UP, LOG);

    /**
     * By how much the sampled tokens surprise the policy more than it says it would be: {@code 2
     * (sqrt(S) - sqrt(H))}, {@code S} the sum of {@code -log p} over the batch's tokens and {@code
     * H} that of the entropies where they were drawn. Tokens drawn from the policy have {@code E[S]
     * = H} in every state of the policy, and the root makes the noise about as large whatever the
     * batch and the entropy. Below 0: drawn colder than the policy; above: drawn from something
     * else. Absent when the sampler is another policy by design, truncates its distribution, or
     * when groups were dropped for their rewards, which selects tokens.
     */
    public static final Signal ROLLOUT_SURPRISE =
            Signal.of("rollout.surprise", "root nats", EITHER, LINEAR);

    /**
     * KL divergence of a sampling policy that is another one by design to the policy in training,
     * k3 estimate; such a policy has no {@link #ROLLOUT_MISMATCH}.
     */
    public static final Signal BEHAVIOUR_KL = Signal.of("behaviour.kl", "nats per token", UP, LOG);

    /**
     * Share of the tokens of a sampling policy that is another one by design which count in effect
     * once each is weighted by its importance: 1 when the two policies are equal.
     */
    public static final Signal BEHAVIOUR_EFFECTIVE_SAMPLES =
            Signal.of("behaviour.effective_samples", "share", DOWN, LINEAR);

    /** Mean number of turns of a trajectory that an environment answered. */
    public static final Signal EPISODE_TURNS = Signal.of("episode.turns", "turns", EITHER, LINEAR);

    /** Mean number of tool calls of a trajectory. */
    public static final Signal TOOL_CALLS = Signal.of("tool.calls", "calls", EITHER, LINEAR);

    /** Share of tool calls that failed. */
    public static final Signal TOOL_ERRORS = Signal.of("tool.errors", "share", UP, FRACTION);

    /** Greedy accuracy on the fixed held-out set, reported at the steps that evaluate. */
    public static final Signal HELDOUT_ACCURACY =
            Signal.of("heldout.accuracy", "share", DOWN, FRACTION);

    /** Wall time of the step. */
    public static final Signal STEP_SECONDS = Signal.of("step.seconds", "seconds", UP, LOG);

    private static final List<Signal> ALL =
            List.of(
                    REWARD_MEAN,
                    REWARD_STD,
                    REWARD_MAX,
                    REWARD_MIN,
                    GROUP_ZERO_VARIANCE,
                    REWARD_SHAPED,
                    GROUP_DROPPED,
                    ADVANTAGE_STD,
                    KL_REFERENCE,
                    KL_UPDATE,
                    ENTROPY,
                    RATIO_MAX,
                    CLIP_LOW,
                    CLIP_HIGH,
                    LOSS_POLICY,
                    LOSS_VALUE,
                    VALUE_EXPLAINED_VARIANCE,
                    VALUE_GRAD_NORM,
                    GRAD_NORM,
                    UPDATE_NORM,
                    LEARNING_RATE,
                    RESPONSE_LENGTH,
                    RESPONSE_TRUNCATED,
                    RESPONSE_EMPTY,
                    RESPONSE_SHORT,
                    RESPONSE_LONG,
                    REPETITION,
                    UNIQUE_TOKENS,
                    RESPONSE_OFF_LENGTH,
                    RESPONSE_OFF_REPETITION,
                    RESPONSE_DISTINCT,
                    RESPONSE_MASKED,
                    REWARD_LENGTH_CORRELATION,
                    REWARD_REPETITION_CORRELATION,
                    REWARD_CONTRADICTIONS,
                    REWARD_SECOND_ANSWERS,
                    REWARD_LEVELS,
                    ROLLOUT_MISMATCH,
                    TRAJECTORY_MASKED,
                    ROLLOUT_KL,
                    ROLLOUT_WEIGHT_MAX,
                    ROLLOUT_SURPRISE,
                    BEHAVIOUR_KL,
                    BEHAVIOUR_EFFECTIVE_SAMPLES,
                    EPISODE_TURNS,
                    TOOL_CALLS,
                    TOOL_ERRORS,
                    HELDOUT_ACCURACY,
                    STEP_SECONDS);

    private static final Map<String, Signal> BY_NAME =
            ALL.stream().collect(Collectors.toUnmodifiableMap(Signal::name, Function.identity()));

    private Signals() {}

    /** Returns all signals that rft knows, in the order of this page. */
    public static List<Signal> all() {
        return ALL;
    }

    /**
     * Finds a signal by its name.
     *
     * @param name the name
     * @return the known signal of that name, or a new one without a unit, an adverse direction or a
     *     transform
     */
    public static Signal named(String name) {
        Signal known = BY_NAME.get(name);
        return known != null ? known : Signal.of(name, "", NONE, LINEAR);
    }
}
