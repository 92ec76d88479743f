package dev.rft.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.rft.core.testing.EngineExtension;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TruncatedSamplingTest {

    private static final double[] PROBABILITIES = {0.05, 0.3, 0.2, 0.1, 0.35, 0};
    private static final int ROWS = 4000;

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    @Test
    void sample_withTopK_followsTheRenormalisedDistribution() {
        assertFollows(new Sampling(1, 1).withTopK(3), 0, 0.3, 0.2, 0, 0.35, 0);
    }

    @Test
    void sample_withTopP_keepsTheSmallestSetThatHoldsTheShare() {
        assertFollows(new Sampling(1, 1).withTopP(0.6), 0, 0.3, 0, 0, 0.35, 0);
        assertFollows(new Sampling(1, 1).withTopP(0.7), 0, 0.3, 0.2, 0, 0.35, 0);
    }

    @Test
    void sample_withTopKAndTopP_takesTheShareOfWhatTopKLeaves() {
        // Of .35 + .3 + .2 the first two hold 0.76; of the whole they hold 0.65.
        assertFollows(new Sampling(1, 1).withTopK(3).withTopP(0.7), 0, 0.3, 0, 0, 0.35, 0);
    }

    @Test
    void sample_atATemperatureWithTopP_truncatesWhatTheTemperatureLeft() {
        // Temperature 1/2 squares: .1225, .09, .04, .01, .0025 of .265.
        double[] squares = {0.0025, 0.09, 0.04, 0.01, 0.1225, 0};
        double[] normal = Arrays.stream(squares).map(p -> p / 0.265).toArray();
        assertFollows(
                new Sampling(1, 0.5).withTopP(0.75), normal, 0, normal[1], 0, 0, normal[4], 0);
    }

    @Test
    void sample_withTokensAsProbableAsTheLastOneKept_keepsThemToo() {
        double[] ties = {0.1, 0.2, 0.2, 0.3, 0.2, 0};
        double[] kept = {0, 0.2, 0.2, 0.3, 0.2, 0};
        assertFollows(new Sampling(1, 1).withTopK(2), ties, kept);
        assertFollows(new Sampling(1, 1).withTopP(0.4), ties, kept);
    }

    @Test
    void sample_withATinyTopPOrTopKOfOne_isGreedy() {
        for (Sampling sampling :
                List.of(
                        new Sampling(1, 1).withTopP(Double.MIN_VALUE),
                        new Sampling(1, 1).withTopK(1))) {
            Rollout rollout = sampler(PROBABILITIES).sample(prompts(), sampling, random());
            assertThat(Arrays.stream(rollout.rows()).mapToLong(row -> row[1])).containsOnly(4L);
        }
    }

    @Test
    void sample_withRestrictionsThatKeepAll_isBitForBitTheUnrestricted() {
        Rollout whole = sampler(PROBABILITIES).sample(prompts(), new Sampling(1, 1.3), random());
        for (int topK : new int[] {0, 6, 7, Integer.MAX_VALUE}) {
            Rollout same =
                    sampler(PROBABILITIES)
                            .sample(
                                    prompts(),
                                    new Sampling(1, 1.3).withTopK(topK).withTopP(1),
                                    random());
            assertThat(same.rows()).isDeepEqualTo(whole.rows());
            assertThat(same.logProbs()).isDeepEqualTo(whole.logProbs());
            assertThat(same.logMass()).isDeepEqualTo(new float[ROWS][1]);
        }
    }

    @Test
    void truncation_withAShareJustBelowOne_keepsEveryTokenOfPositiveProbability() {
        try (NDArray probabilities = engine.matrix(PROBABILITIES).toType(DataType.FLOAT64, true)) {
            double[] kept =
                    Truncation.of(probabilities, new Sampling(1, 1).withTopP(Math.nextDown(1.0)))
                            .toDoubleArray();
            assertThat(kept).isEqualTo(probabilities.toDoubleArray());
        }
    }

    @Test
    void truncation_whenTheFirstTokensHoldTheShareExactly_keepsNoMore() {
        double[] halves = {0.125, 0.5, 0.125, 0.25};
        try (NDArray probabilities = engine.matrix(halves).toType(DataType.FLOAT64, true)) {
            assertThat(Truncation.of(probabilities, new Sampling(1, 1).withTopP(0.5)))
                    .extracting(NDArray::toDoubleArray)
                    .isEqualTo(new double[] {0, 0.5, 0, 0});
            assertThat(Truncation.of(probabilities, new Sampling(1, 1).withTopP(0.75)))
                    .extracting(NDArray::toDoubleArray)
                    .isEqualTo(new double[] {0, 0.5, 0, 0.25});
        }
    }

    @Test
    void sample_greedily_ignoresTheRestrictions() {
        Rollout rollout =
                sampler(PROBABILITIES)
                        .sample(prompts(), Sampling.greedy(1).withTopK(2).withTopP(0.1), random());

        assertThat(rollout.logProbs()[0][0]).isEqualTo((float) Math.log(0.35), offset(1e-5f));
        assertThat(rollout.logMass()[0][0]).isZero();
    }

    @Test
    void sample_withAStopSequence_endsThereAndKeepsIt() {
        int[][] script = {{3, 4, 4, 5, 2}, {4, 3, 4, 1, 2}, {3, 3, 3, 4, 5}, {3, 4, 1, 2, 2}};

        Rollout rollout =
                scripted(script)
                        .sample(
                                Collections.nCopies(4, new int[] {3}),
                                Sampling.greedy(5).withStop(4, 4).withStop(3, 4, 5),
                                random());

        assertThat(rollout.endings())
                .containsExactly(
                        Rollout.Ending.STOP_SEQUENCE,
                        Rollout.Ending.END_OF_SEQUENCE,
                        Rollout.Ending.STOP_SEQUENCE,
                        Rollout.Ending.END_OF_SEQUENCE);
        assertThat(rollout.ended()).containsOnly(true);
        assertThat(rollout.lengths()).containsExactly(3, 4, 5, 3);
        assertThat(rollout.response(0)).containsExactly(3, 4, 4);
        assertThat(rollout.response(1)).containsExactly(4, 3, 4);
        assertThat(rollout.response(2)).containsExactly(3, 3, 3, 4, 5);
        assertThat(rollout.rows()[0]).containsExactly(3, 3, 4, 4, 0, 0);
    }

    @Test
    void sample_whenThePromptEndsWithTheBeginningOfAStopSequence_doesNotStopThere() {
        Rollout rollout =
                scripted(new int[][] {{4, 2, 2}})
                        .sample(
                                List.of(new int[] {2, 3}),
                                Sampling.greedy(3).withStop(3, 4),
                                random());

        assertThat(rollout.endings()).containsExactly(Rollout.Ending.LENGTH);
        assertThat(rollout.lengths()).containsExactly(3);
    }

    @Test
    void sampling_withRestrictionsOutOfRange_isRefused() {
        Sampling sampling = new Sampling(1, 1);
        assertRefused(() -> sampling.withTopK(-1), "topK: must be >= 0, was -1");
        assertRefused(() -> sampling.withTopP(0), "topP: must be in (0, 1], was 0.0");
        assertRefused(() -> sampling.withTopP(Double.NaN), "was NaN");
        assertRefused(() -> sampling.withStop(), "none empty");
        assertRefused(() -> sampling.withStop(2, -1), "must hold tokens >= 0");
    }

    @Test
    void sampling_withOneSettingChanged_keepsTheOthers() {
        Sampling all = new Sampling(4, 0.7, 5, 0.9, List.of(List.of(2, 3)));
        assertThat(new Sampling(4, 0.7).withTopK(5).withTopP(0.9).withStop(2, 3)).isEqualTo(all);
        assertThat(new Sampling(9, 1).withMaxTokens(4).withTemperature(0.7))
                .isEqualTo(new Sampling(4, 0.7));
        assertThat(all.withTemperature(1).stops()).containsExactly(List.of(2, 3));
    }

    private void assertFollows(Sampling sampling, double... kept) {
        assertFollows(sampling, PROBABILITIES, kept);
    }

    /** Chi-square over the kept tokens; the record is of the whole distribution and the mass. */
    private void assertFollows(Sampling sampling, double[] normal, double... kept) {
        double mass = Arrays.stream(kept).sum();
        double[] seen = new double[kept.length];
        double[] given = normal;
        if (sampling.temperature() != 1) {
            given = Arrays.stream(normal).map(p -> Math.pow(p, sampling.temperature())).toArray();
        }

        Rollout rollout = sampler(given).sample(prompts(), sampling, random());

        for (int row = 0; row < ROWS; row++) {
            int token = (int) rollout.rows()[row][1];
            seen[token]++;
            assertThat(rollout.logProbs()[row][0])
                    .isEqualTo((float) Math.log(normal[token]), offset(1e-5f));
            assertThat(rollout.logMass()[row][0]).isEqualTo((float) Math.log(mass), offset(1e-5f));
        }
        double chiSquare = 0;
        for (int i = 0; i < kept.length; i++) {
            double expected = ROWS * kept[i] / mass;
            if (expected == 0) {
                assertThat(seen[i]).isZero();
            } else {
                chiSquare += (seen[i] - expected) * (seen[i] - expected) / expected;
            }
        }
        // At most three degrees of freedom: beyond 16.3 in one of a thousand seeds.
        assertThat(chiSquare).isBetween(0.0, 16.3);
    }

    private void assertRefused(ThrowingCallable call, String text) {
        assertThatThrownBy(call)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text);
    }

    private Sampler sampler(double[] probabilities) {
        double[] logits = Arrays.stream(probabilities).map(p -> Math.log(p + 1e-30)).toArray();
        return new Sampler(
                new ScriptedModel(engine.manager(), (column, row) -> logits),
                new CharTokenizer("abcd"));
    }

    private Sampler scripted(int[][] tokens) {
        return new Sampler(
                new ScriptedModel(
                        engine.manager(),
                        (column, row) -> {
                            double[] logits = new double[6];
                            logits[tokens[row][column]] = 10;
                            return logits;
                        }),
                new CharTokenizer("abcd"));
    }

    private static List<int[]> prompts() {
        return Collections.nCopies(ROWS, new int[] {2});
    }

    private static SplittableRandom random() {
        return new SplittableRandom(5);
    }
}
