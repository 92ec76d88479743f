package dev.rft.benchmarks;

import dev.rft.monitor.log.LogFormat;
import java.util.Arrays;
import java.util.List;

/** What trainers write at each step: names, and about how large the numbers are. */
final class ReplayColumns {

    /** How a number follows from noise. */
    private enum Kind {
        /** Always the same. */
        SAME,
        /** A real number around a level. */
        REAL,
        /** Positive, some per cent around a level. */
        POSITIVE,
        /** Whole and positive. */
        WHOLE,
        /** A share of a few hundred. */
        SHARE
    }

    private static final double SPREAD = 0.1;
    private static final int COUNT = 256;

    /**
     * A number that is written.
     *
     * @param name the trainer's
     * @param kind how it varies
     * @param level around what
     */
    record Column(String name, Kind kind, double level) {

        /** Returns a value of standard normal noise; in single precision, as tensors have it. */
        double value(double noise) {
            return switch (kind) {
                case SAME -> level;
                case REAL -> (float) (level * (1 + SPREAD * noise));
                case POSITIVE -> (float) (level * Math.exp(SPREAD * noise));
                case WHOLE -> Math.rint(level * Math.exp(SPREAD * noise));
                case SHARE -> {
                    double share = Math.max(0, level * (1 + SPREAD * noise));
                    yield Math.rint(share * COUNT) / COUNT;
                }
            };
        }
    }

    private static final List<Column> TRL =
            columns(
                    """
                    SAME 0.0 clip_ratio/high_max clip_ratio/high_mean clip_ratio/low_mean
                    SAME 0.0 clip_ratio/low_min clip_ratio/region_mean
                    SHARE 0.03 completions/clipped_ratio
                    WHOLE 900 completions/max_length completions/max_terminated_length
                    POSITIVE 350 completions/mean_length completions/mean_terminated_length
                    WHOLE 40 completions/min_length completions/min_terminated_length
                    REAL 0.46 entropy
                    REAL 0.73 epoch
                    SHARE 0.1 frac_reward_zero_std
                    POSITIVE 1.2 grad_norm
                    POSITIVE 0.02 kl
                    SAME 1.0E-6 learning_rate
                    REAL 0.002 loss
                    WHOLE 1.2E8 num_tokens
                    REAL 0.46 reward
                    REAL 0.3 reward_std
                    REAL 0.46 rewards/accuracy_reward/mean
                    REAL 0.3 rewards/accuracy_reward/std
                    POSITIVE 12.5 step_time
                    """);

    private static final List<Column> VERL =
            columns(
                    """
                    WHOLE 4.1E5 global_seqlen/min global_seqlen/max global_seqlen/minmax_diff
                    WHOLE 4.1E5 global_seqlen/balanced_min global_seqlen/balanced_max
                    POSITIVE 4.1E5 global_seqlen/mean
                    REAL 0.35 actor/entropy
                    POSITIVE 0.002 actor/kl_loss
                    SAME 0.001 actor/kl_coef
                    REAL 0.01 actor/pg_loss
                    SHARE 0.02 actor/pg_clipfrac
                    REAL 2.0E-4 actor/ppo_kl
                    SAME 0.0 actor/pg_clipfrac_lower
                    POSITIVE 0.2 actor/grad_norm
                    POSITIVE 0.38 perf/mfu/actor
                    SAME 53.28847 perf/max_memory_allocated_gb
                    SAME 61.912109375 perf/max_memory_reserved_gb
                    POSITIVE 210 perf/cpu_memory_used_gb
                    SAME 1.0E-6 actor/lr
                    SAME 0.0 training/epoch
                    REAL 0.46 critic/score/mean
                    SAME 1.0 critic/score/max
                    SAME 0.0 critic/score/min
                    REAL 0.46 critic/rewards/mean
                    SAME 1.0 critic/rewards/max
                    SAME 0.0 critic/rewards/min
                    REAL -0.01 critic/advantages/mean
                    REAL 2.47 critic/advantages/max
                    REAL -2.47 critic/advantages/min
                    REAL -0.01 critic/returns/mean
                    REAL 2.47 critic/returns/max
                    REAL -2.47 critic/returns/min
                    POSITIVE 350 response_length/mean response_length_non_aborted/mean
                    WHOLE 900 response_length/max response_length_non_aborted/max
                    WHOLE 40 response_length/min response_length_non_aborted/min
                    SHARE 0.03 response_length/clip_ratio response_length_non_aborted/clip_ratio
                    SAME 0.0 response/aborted_ratio
                    POSITIVE 104 prompt_length/mean
                    WHOLE 190 prompt_length/max
                    WHOLE 60 prompt_length/min
                    SAME 0.0 prompt_length/clip_ratio
                    SAME 2 num_turns/min num_turns/max
                    SAME 2.0 num_turns/mean
                    POSITIVE 7.6E-5 timing_s/start_profile timing_s/stop_profile
                    POSITIVE 21 timing_s/generate_sequences timing_s/generation_timing/max
                    POSITIVE 20 timing_s/generation_timing/min
                    POSITIVE 0.12 timing_s/generation_timing/topk_ratio
                    POSITIVE 24 timing_s/gen
                    POSITIVE 0.2 timing_s/reward
                    POSITIVE 5.5 timing_s/old_log_prob
                    POSITIVE 5.1 timing_s/ref
                    POSITIVE 0.05 timing_s/adv
                    POSITIVE 19 timing_s/update_actor
                    POSITIVE 55 timing_s/step perf/time_per_step
                    POSITIVE 0.06 timing_per_token_ms/gen
                    POSITIVE 0.01 timing_per_token_ms/ref timing_per_token_ms/adv
                    POSITIVE 0.04 timing_per_token_ms/update_actor
                    WHOLE 4.5E5 perf/total_num_tokens
                    POSITIVE 1050 perf/throughput
                    """);

    private static final List<Column> OPENRLHF =
            columns(
                    """
                    REAL 0.01 policy_loss
                    SHARE 0.02 ppo_clip_ratio
                    REAL 2.0E-4 ppo_kl
                    POSITIVE 0.02 kl
                    REAL 0.35 entropy_loss
                    POSITIVE 0.2 actor_grad_norm
                    SAME 1.0E-6 actor_lr
                    POSITIVE 0.3 critic_loss
                    SAME 9.0E-6 critic_lr
                    REAL 0.46 values
                    REAL 0.46 rollout/reward_mean reward return
                    REAL 0.3 rollout/reward_std
                    POSITIVE 350 rollout/response_length_mean response_length
                    SHARE 0.03 rollout/truncated_rate
                    WHOLE 900 rollout/response_length_max
                    POSITIVE 454 total_length
                    POSITIVE 14 timing/make_experience timing/generation
                    POSITIVE 19 timing/ppo_train
                    POSITIVE 2 timing/broadcast
                    POSITIVE 55 timing/step_total
                    """);

    private static final List<Column> RFT =
            columns(
                    """
                    POSITIVE 1.0 advantage.std
                    SHARE 0.02 clip.high clip.low
                    REAL 0.66 entropy
                    POSITIVE 2.1 grad.norm
                    SHARE 0.25 group.zero_variance
                    POSITIVE 0.02 kl.reference kl.update
                    SAME 5.0E-4 learning_rate
                    REAL 0.007 loss.policy
                    POSITIVE 0.09 loss.value
                    POSITIVE 2.8 ratio.max
                    REAL 0.08 repetition
                    SHARE 0.01 response.empty response.truncated
                    POSITIVE 2.6 response.length
                    SAME 1.0 reward.max
                    REAL 0.21 reward.mean
                    SAME 0.0 reward.min
                    REAL 0.41 reward.std
                    POSITIVE 3.2E-14 rollout.kl
                    POSITIVE 8.3E-8 rollout.mismatch
                    REAL 0.23 rollout.surprise
                    SAME 1.000001788140942 rollout.weight_max
                    POSITIVE 0.31 step.seconds
                    SAME 0.0 trajectory.masked
                    REAL 0.9 unique_tokens
                    POSITIVE 0.16 update.norm
                    REAL 0.3 value.explained_variance
                    POSITIVE 0.9 value.grad_norm
                    """);

    private ReplayColumns() {}

    /** Returns what a format's rows hold, beside the step. */
    static List<Column> of(LogFormat format) {
        return switch (format) {
            case TRL, TENSORBOARD -> TRL;
            case VERL -> VERL;
            case OPENRLHF -> OPENRLHF;
            case RFT -> RFT;
            case RFT_FAULTBENCH ->
                    throw new IllegalArgumentException(
                            "format: must be one of a trainer, was " + format);
        };
    }

    /** Each line is a kind, a level, and the names of columns that are alike. */
    private static List<Column> columns(String table) {
        return table.lines()
                .map(line -> line.split(" ", -1))
                .flatMap(
                        words ->
                                Arrays.stream(words, 2, words.length)
                                        .map(
                                                name ->
                                                        new Column(
                                                                name,
                                                                Kind.valueOf(words[0]),
                                                                Double.parseDouble(words[1]))))
                .toList();
    }
}
