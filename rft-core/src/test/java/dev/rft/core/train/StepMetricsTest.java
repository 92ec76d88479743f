package dev.rft.core.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.core.policy.PolicyObjective;
import dev.rft.core.rollout.Rollout;
import dev.rft.core.testing.EngineExtension;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * All signals of four responses (of two prompts) of up to three tokens; the last was not scored.
 */
class StepMetricsTest {

    private static final PolicyObjective OBJECTIVE = PolicyObjective.clipped(0.2, 0.3);
    private static final double[][] ADVANTAGES = {
        {1, 1, 1}, {-1, -1, -1}, {0.5, 0.5, 0.5}, {0, 0, 0}
    };

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    @Test
    void of_aStepMadeByHand_isEverySignalByHand() {
        try (TrainerBatch batch = batch(new boolean[] {true, true, true, false})) {
            // Counted tokens: 3 of the first response, 1 of the second, 2 of the third.
            batch.keepOld(tokens(-1, -1, -1, -2, 9, 9, -1, -1, 9, 9, 9, 9));
            batch.keepReference(tokens(-1, -1.5, -1, -2, 9, 9, -1, -1, 9, 9, 9, 9));
            batch.evaluated(
                    tokens(-1, -1, -1, -2, 9, 9, -1, -1, 9, 9, 9, 9),
                    tokens(0.5, 1, 1.5, 2, 9, 9, 0.25, 0.75, 9, 9, 9, 9));
            batch.computed(Update.of(0.7, 3));
            batch.applied(0.3);
            batch.evaluated(
                    tokens(-0.5, -0.8, -1.9, -2.5, 9, 9, -1.5, -0.7, 9, 9, 9, 9),
                    tokens(9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9));
            batch.computed(Update.of(0.6, 2));
            batch.applied(0.4);
            batch.measuredAfter(new float[] {-0.5f, -1, -1, -2, 99, 99, -1, -2, 99, 99, 99, 99});

            Map<Signal, Double> expected = new HashMap<>(responses());
            expected.put(Signals.TRAJECTORY_MASKED, 1 / 4.0);
            expected.put(Signals.REWARD_MEAN, 2.0);
            expected.put(Signals.REWARD_STD, Math.sqrt(2 / 3.0 * 4));
            expected.put(Signals.REWARD_MIN, 0.0);
            expected.put(Signals.REWARD_MAX, 4.0);
            // One group has rewards 0 and 4; of the other only one counts.
            expected.put(Signals.GROUP_ZERO_VARIANCE, 0.5);
            expected.put(Signals.LOSS_POLICY, 0.6);
            expected.put(Signals.GRAD_NORM, 2.0);
            expected.put(Signals.UPDATE_NORM, 0.5);
            expected.put(Signals.ENTROPY, 6 / 6.0);
            // Advantages over tokens: 1, 1, 1, -1, 0.5, 0.5; mean 0.5, squares 3 / 4 + 9 / 4.
            expected.put(Signals.ADVANTAGE_STD, Math.sqrt(3 / 6.0));
            // Sampled -1.25 for the first token and as trained for the other five.
            expected.put(Signals.ROLLOUT_MISMATCH, 0.25 / 6);
            expected.put(Signals.ROLLOUT_KL, (Math.exp(0.25) - 0.25 - 1) / 6);
            expected.put(Signals.ROLLOUT_WEIGHT_MAX, Math.exp(0.25));
            // Surprises 1 1 1 2 1 1 before the first update, entropies as above.
            expected.put(Signals.ROLLOUT_SURPRISE, 2 * (Math.sqrt(7) - Math.sqrt(6)));
            // Ratios of the second update. Positive advantages: e^.5 and e^.3 are above 1.3, e^.2
            // is
            // not, and below 0.8 (e^-.9, e^-.5) they are free. Negative: e^-.5 is below 0.8.
            expected.put(Signals.CLIP_HIGH, 2 / 6.0);
            expected.put(Signals.CLIP_LOW, 1 / 6.0);
            expected.put(Signals.KL_REFERENCE, (Math.exp(-0.5) + 0.5 - 1) / 6);
            expected.put(Signals.KL_UPDATE, (Math.exp(0.5) - 0.5 - 1 + Math.exp(-1) + 1 - 1) / 6);
            expected.put(Signals.RATIO_MAX, Math.exp(0.5));
            assertSame(StepMetrics.of(batch, OBJECTIVE), expected);
            assertThat(StepMetrics.counts(batch))
                    .containsOnly(
                            Map.entry(Signals.REWARD_MEAN, 3),
                            Map.entry(Signals.GROUP_ZERO_VARIANCE, 2),
                            Map.entry(Signals.RESPONSE_LENGTH, 4),
                            Map.entry(Signals.RESPONSE_EMPTY, 4),
                            Map.entry(Signals.RESPONSE_TRUNCATED, 4),
                            Map.entry(Signals.TRAJECTORY_MASKED, 4));
        }
    }

    @Test
    void of_aBatchWithACritic_hasItsSignalsByHand() {
        try (TrainerBatch batch = batch(new boolean[] {true, true, true, false})) {
            batch.keepValues(tokens(1, 1, 1, 3, 9, 9, 2, 1, 9, 9, 9, 9));
            batch.keepReturns(new double[][] {{0, 0, 0}, {4, 9, 9}, {2, 0, 9}, {9, 9, 9}});
            batch.evaluated(new float[12], new float[12]);
            batch.computed(Update.of(0.7, 3).withCritic(0.25, 5));

            // Returns 0 0 0 4 2 0: mean 1, squares 3 + 9 + 1 + 1 = 14. What is left, -1 -1 -1 1 0
            // -1: mean -1/2, squares 4 / 4 + 9 / 4 + 1 / 4 = 3.5.
            assertThat(StepMetrics.of(batch, OBJECTIVE))
                    .containsEntry(Signals.LOSS_VALUE, 0.25)
                    .containsEntry(Signals.VALUE_GRAD_NORM, 5.0)
                    .containsEntry(Signals.VALUE_EXPLAINED_VARIANCE, 1 - 3.5 / 14);
        }
    }

    @Test
    void of_aBatchInWhichNothingCounts_isTheResponsesAlone() {
        try (TrainerBatch batch = batch(new boolean[4])) {
            assertThat(batch.empty()).isTrue();
            Map<Signal, Double> expected = new HashMap<>(responses());
            expected.put(Signals.TRAJECTORY_MASKED, 1.0);
            assertSame(StepMetrics.of(batch, OBJECTIVE), expected);
            assertThat(StepMetrics.counts(batch).keySet())
                    .isEqualTo(
                            Set.of(
                                    Signals.RESPONSE_LENGTH,
                                    Signals.RESPONSE_EMPTY,
                                    Signals.RESPONSE_TRUNCATED,
                                    Signals.TRAJECTORY_MASKED));
        }
    }

    @Test
    void of_aBatchWithoutAnUpdate_leavesOutWhatWasNotMeasured() {
        try (TrainerBatch batch = batch(new boolean[] {true, true, true, true})) {
            assertThat(StepMetrics.of(batch, OBJECTIVE))
                    .containsEntry(Signals.UPDATE_NORM, 0.0)
                    .containsKey(Signals.REWARD_MEAN)
                    .doesNotContainKeys(
                            Signals.LOSS_POLICY,
                            Signals.GRAD_NORM,
                            Signals.ENTROPY,
                            Signals.KL_REFERENCE,
                            Signals.KL_UPDATE,
                            Signals.RATIO_MAX,
                            Signals.CLIP_LOW,
                            Signals.ROLLOUT_MISMATCH);
        }
    }

    /** Lengths without the end: 3, 0, 2, 1. */
    private static Map<Signal, Double> responses() {
        return Map.of(
                Signals.RESPONSE_LENGTH, 6 / 4.0,
                Signals.RESPONSE_EMPTY, 1 / 4.0,
                Signals.RESPONSE_TRUNCATED, 2 / 4.0,
                // Of 5 5 6, of 7 7, of 8: two of three, one of two, one of one distinct.
                Signals.UNIQUE_TOKENS, (2 / 3.0 + 1 / 2.0 + 1) / 3,
                Signals.REPETITION, (1 / 3.0 + 1 / 2.0) / 3);
    }

    private TrainerBatch batch(boolean[] counts) {
        long[][] rows = {{2, 3, 5, 5, 6}, {2, 3, 1, 0, 0}, {0, 4, 7, 7, 0}, {0, 4, 8, 1, 0}};
        float[][] sampled = {{-1.25f, -1, -1}, {-2, 0, 0}, {-1, -1, 0}, {-3, -3, 0}};
        Rollout rollout =
                new Rollout(
                        rows,
                        new int[] {0, 0, 1, 1},
                        2,
                        new int[] {3, 1, 2, 2},
                        new boolean[] {false, true, false, true},
                        sampled);
        ScoredRollout scored =
                new ScoredRollout(Responses.of(rollout), new double[] {0, 4, 2, 0}, counts, 2);
        TrainerBatch batch = new TrainerBatch(engine.manager(), StepKey.START.next(), scored, 2, 0);
        batch.keepAdvantages(ADVANTAGES, true);
        return batch;
    }

    private static float[] tokens(double... values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }

    private static void assertSame(Map<Signal, Double> actual, Map<Signal, Double> expected) {
        assertThat(actual).containsOnlyKeys(expected.keySet());
        expected.forEach(
                (signal, value) ->
                        assertThat(actual.get(signal))
                                .as(signal.name())
                                .isCloseTo(value, within(1e-6)));
    }
}
