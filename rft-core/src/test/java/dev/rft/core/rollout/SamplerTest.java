package dev.rft.core.rollout;

import static dev.rft.core.testing.Numbers.assertClose;
import static dev.rft.core.testing.Numbers.doubles;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import dev.rft.core.model.TokenBatch;
import dev.rft.core.model.Transformer;
import dev.rft.core.model.TransformerConfig;
import dev.rft.core.policy.TokenLogProbs;
import dev.rft.core.testing.EngineExtension;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerTest {

    private static final int END = 1;
    private static final List<int[]> PROMPTS =
            List.of(new int[] {3, 4}, new int[] {2}, new int[] {5, 2, 4});

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    private final Tokenizer tokenizer = new CharTokenizer("abcd");

    @Test
    void sample_withTheSameSeed_isTheSameRollout() {
        Sampler sampler = new Sampler(transformer(), tokenizer);
        Sampling sampling = new Sampling(5, 1);

        Rollout one = sampler.sample(PROMPTS, sampling, new SplittableRandom(7));
        Rollout same = sampler.sample(PROMPTS, sampling, new SplittableRandom(7));
        Rollout other = sampler.sample(PROMPTS, sampling, new SplittableRandom(8));

        assertThat(same.rows()).isDeepEqualTo(one.rows());
        assertThat(same.logProbs()).isDeepEqualTo(one.logProbs());
        assertThat(same.lengths()).isEqualTo(one.lengths());
        assertThat(Arrays.deepEquals(other.rows(), one.rows())).isFalse();
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 0.7, 1.6})
    void sample_atATemperature_recordsTheLogProbabilitiesThatTheTrainerComputes(
            double temperature) {
        Transformer model = transformer();

        Rollout rollout =
                new Sampler(model, tokenizer)
                        .sample(PROMPTS, new Sampling(5, temperature), new SplittableRandom(3));

        int prompt = rollout.promptLength();
        long[] targets =
                Arrays.stream(rollout.rows())
                        .flatMapToLong(row -> Arrays.stream(row).skip(prompt))
                        .toArray();
        long[][] inputs =
                Arrays.stream(rollout.rows())
                        .map(row -> Arrays.copyOf(row, row.length - 1))
                        .toArray(long[][]::new);
        NDArray logits =
                model.logits(
                        TokenBatch.of(engine.manager(), inputs, rollout.padding()), prompt - 1);
        NDArray tokens = engine.manager().create(targets, new Shape(3, rollout.width()));
        double[] trained = doubles(TokenLogProbs.of(logits, tokens, temperature).logProb());
        for (int row = 0; row < 3; row++) {
            int length = rollout.lengths()[row];
            int start = row * rollout.width();
            // The cache sums in another order than the whole sequence: float32 rounding.
            assertClose(
                    widened(rollout.logProbs()[row], length),
                    Arrays.copyOfRange(trained, start, start + length),
                    1e-5);
        }
    }

    @Test
    void sample_ofManyRows_followsTheDistribution() {
        double[] probabilities = {0.05, 0.3, 0.2, 0.1, 0.35, 0};
        double[] logits = Arrays.stream(probabilities).map(p -> 2 * Math.log(p + 1e-30)).toArray();
        int rows = 4000;

        Rollout rollout =
                sampler((column, row) -> logits)
                        .sample(prompts(rows), new Sampling(1, 2), new SplittableRandom(5));

        double[] seen = new double[6];
        Arrays.stream(rollout.rows()).forEach(row -> seen[(int) row[1]]++);
        double chiSquare = 0;
        for (int i = 0; i < 5; i++) {
            double expected = rows * probabilities[i];
            chiSquare += (seen[i] - expected) * (seen[i] - expected) / expected;
        }
        // Four degrees of freedom: beyond 18.5 in one of a thousand seeds.
        assertThat(chiSquare).isBetween(0.0, 18.5);
        assertThat(seen[5]).isZero();
    }

    @Test
    void sample_withUniformNumbersAtTheEdges_takesTokensOfPositiveProbability() {
        double never = -1e30;
        double[] logits = {never, never, 0, never, 0, never};

        for (double uniform : new double[] {0, 0.49999, 0.5, Math.nextDown(1.0)}) {
            Rollout rollout =
                    sampler((column, row) -> logits)
                            .sample(prompts(1), new Sampling(1, 1), constant(uniform));
            assertThat(rollout.rows()[0][1]).isEqualTo(uniform < 0.5 ? 2 : 4);
            assertThat(rollout.logProbs()[0][0]).isEqualTo((float) Math.log(0.5), offset(1e-6f));
        }
    }

    @Test
    void sample_greedily_takesTheMostProbableTokenOfEachColumn() {
        double[][] columns = {{0, 0, 5, 4, 1, 0}, {0, 1, 0, 2, 0, 3}, {0, 9, 0, 0, 0, 8}};

        Rollout rollout =
                sampler((column, row) -> columns[column])
                        .sample(prompts(2), Sampling.greedy(6), forbidden());

        for (int row = 0; row < 2; row++) {
            assertThat(rollout.response(row)).containsExactly(2, 5);
            assertThat(rollout.ended()[row]).isTrue();
            assertThat(rollout.lengths()[row]).isEqualTo(3);
        }
        assertThat(rollout.width()).isEqualTo(3);
    }

    @Test
    void sample_whenRowsEndAtDifferentColumns_padsAndCountsEachByItself() {
        int[] endsAt = {0, 2, 99};

        Rollout rollout =
                sampler((column, row) -> oneHot(column == endsAt[row] ? END : 3))
                        .sample(prompts(3), Sampling.greedy(4), forbidden());

        assertThat(rollout.lengths()).containsExactly(1, 3, 4);
        assertThat(rollout.ended()).containsExactly(true, true, false);
        assertThat(rollout.response(0)).isEmpty();
        assertThat(rollout.response(1)).containsExactly(3, 3);
        assertThat(rollout.response(2)).containsExactly(3, 3, 3, 3);
        assertThat(rollout.rows()[0]).containsExactly(2, END, 0, 0, 0);
        assertThat(rollout.rows()[1]).containsExactly(2, 3, 3, END, 0);
        assertThat(rollout.logProbs()[0]).hasSize(4);
        assertThat(Arrays.copyOfRange(rollout.logProbs()[0], 1, 4)).containsOnly(0f);
    }

    @Test
    void sample_whenTheEndComesAtTheLimit_endsByItself() {
        Rollout rollout =
                sampler((column, row) -> oneHot(column == 1 ? END : 3))
                        .sample(prompts(1), Sampling.greedy(2), forbidden());

        assertThat(rollout.ended()).containsExactly(true);
        assertThat(rollout.lengths()).containsExactly(2);
    }

    @Test
    void sample_whateverTheOtherRows_drawsTheSameForARow() {
        double[] even = new double[6];
        Sampling sampling = new Sampling(4, 1);
        Rollout open = sampler((c, row) -> even).sample(prompts(3), sampling, counting());
        Rollout closed =
                sampler((c, row) -> row == 0 ? oneHot(END) : even)
                        .sample(prompts(3), sampling, counting());

        assertThat(closed.response(1)).isEqualTo(open.response(1));
        assertThat(closed.response(2)).isEqualTo(open.response(2));
    }

    @Test
    void sample_ofPromptsOfDifferentLength_givesWhatEachGivesAlone() {
        Sampler sampler = new Sampler(transformer(), tokenizer);

        Rollout together = sampler.sample(PROMPTS, Sampling.greedy(5), forbidden());

        assertThat(together.padding()).containsExactly(1, 2, 0);
        for (int row = 0; row < 3; row++) {
            Rollout alone =
                    sampler.sample(List.of(PROMPTS.get(row)), Sampling.greedy(5), forbidden());
            assertThat(together.response(row)).isEqualTo(alone.response(0));
            int length = alone.lengths()[0];
            assertClose(
                    widened(together.logProbs()[row], length),
                    widened(alone.logProbs()[0], length),
                    1e-5);
        }
    }

    @Test
    void sample_inAThreadThatRecordsGraphs_switchesThatOffAndLeavesNothingBehind() {
        Transformer model = transformer();
        Sampler sampler = new Sampler(model, tokenizer);
        int before = model.manager().getManagedArrays().size();
        JniUtils.setGradMode(true);

        sampler.sample(PROMPTS, new Sampling(5, 0.8), new SplittableRandom(1));

        assertThat(JniUtils.isGradMode()).isFalse();
        assertThat(model.manager().getManagedArrays()).hasSize(before);
    }

    @Test
    void sample_whenTheModelFails_closesTheDecoder() {
        ScriptedModel model =
                new ScriptedModel(
                        engine.manager(),
                        (column, row) -> {
                            if (column == 1) {
                                throw new IllegalStateException("device lost");
                            }
                            return oneHot(3);
                        });

        assertThatThrownBy(
                        () ->
                                new Sampler(model, tokenizer)
                                        .sample(prompts(2), Sampling.greedy(3), forbidden()))
                .hasMessage("device lost");
        assertThat(model.allClosed()).isTrue();
        assertThat(engine.manager().getManagedArrays()).isEmpty();
    }

    @Test
    void sample_withoutPrompts_isRefused() {
        Sampler sampler = sampler((column, row) -> oneHot(3));
        assertRefused(sampler, List.of());
        assertRefused(sampler, List.of(new int[] {2}, new int[0]));
    }

    @Test
    void sampling_outOfRange_isRefused() {
        assertThatThrownBy(() -> new Sampling(0, 1)).hasMessage("maxTokens: must be >= 1, was 0");
        assertThatThrownBy(() -> new Sampling(1, -0.1)).hasMessageContaining("was -0.1");
        assertThatThrownBy(() -> new Sampling(1, Double.NaN)).hasMessageContaining("was NaN");
    }

    private void assertRefused(Sampler sampler, List<int[]> prompts) {
        assertThatThrownBy(() -> sampler.sample(prompts, Sampling.greedy(1), forbidden()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least one, none empty");
    }

    private Sampler sampler(ScriptedModel.Script script) {
        return new Sampler(new ScriptedModel(engine.manager(), script), tokenizer);
    }

    private Transformer transformer() {
        Transformer model =
                new Transformer(
                        engine.manager(),
                        new TransformerConfig(6, 2, 8, 4, 2, 6, 10, 100, 1e-5),
                        new SplittableRandom(1));
        NDArray head = model.parameters().get("lm_head.weight");
        head.muli(3);
        return model;
    }

    private static List<int[]> prompts(int rows) {
        return Collections.nCopies(rows, new int[] {2});
    }

    private static double[] oneHot(int token) {
        double[] logits = new double[6];
        logits[token] = 10;
        return logits;
    }

    private static double[] widened(float[] values, int length) {
        double[] wide = new double[length];
        Arrays.setAll(wide, i -> values[i]);
        return wide;
    }

    private static RandomGenerator forbidden() {
        return () -> {
            throw new AssertionError("greedy decoding draws nothing");
        };
    }

    private static RandomGenerator constant(double uniform) {
        return new RandomGenerator() {
            @Override
            public long nextLong() {
                throw new AssertionError("draws doubles only");
            }

            @Override
            public double nextDouble() {
                return uniform;
            }
        };
    }

    private static RandomGenerator counting() {
        return new SplittableRandom(11);
    }
}
