package dev.rft.core.rollout;

import static dev.rft.core.testing.Numbers.doubles;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.rft.core.model.TokenBatch;
import dev.rft.core.model.Transformer;
import dev.rft.core.model.TransformerConfig;
import dev.rft.core.policy.TokenLogProbs;
import dev.rft.core.testing.EngineExtension;
import dev.rft.core.testing.Resources;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MultiTurnSamplerTest {

    private static final int END = 1;
    private static final Environment SILENT = turn -> Environment.Reply.done(0);

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    private final Tokenizer tokenizer = new CharTokenizer("0123456789+=;?");
    private final int equals = tokenizer.encode("=")[0];

    @Test
    void sample_withACalculator_insertsItsAnswersAndCountsItsCalls() {
        // A dot is where the calculator's answer goes; what the policy would have drawn is lost.
        MultiTurnRollout result =
                script("3+4=..7$", "7$", "+=.3+4=..9$")
                        .sample(
                                prompts(3),
                                List.of(new Calculator(7), new Calculator(7), new Calculator(7)),
                                greedy(12),
                                new SplittableRandom(1));

        Rollout rollout = result.rollout();
        assertThat(text(rollout, 0)).isEqualTo("3+4=7;7");
        assertThat(text(rollout, 1)).isEqualTo("7");
        assertThat(text(rollout, 2)).isEqualTo("+=?3+4=7;9");
        assertThat(rollout.endings()).containsOnly(Rollout.Ending.END_OF_SEQUENCE);
        assertThat(rollout.lengths()).containsExactly(8, 2, 11);
        assertEpisode(result, 0, 2, 1, 0, 1);
        assertEpisode(result, 1, 1, 0, 0, 1);
        assertEpisode(result, 2, 3, 2, 1, 0);
    }

    @Test
    void sample_withObservations_marksThemAsNotSampled() {
        Rollout rollout =
                script("3+4=..7$", "7$")
                        .sample(
                                prompts(2),
                                List.of(new Calculator(7), new Calculator(7)),
                                greedy(9),
                                new SplittableRandom(1))
                        .rollout();

        assertThat(mask(rollout, 0)).isEqualTo("1111..11");
        assertThat(mask(rollout, 1)).isEqualTo("11......");
        for (int column = 0; column < rollout.width(); column++) {
            for (int row = 0; row < 2; row++) {
                if (rollout.sampled()[row][column]) {
                    assertThat(rollout.logProbs()[row][column]).isNegative();
                } else {
                    assertThat(rollout.logProbs()[row][column]).isZero();
                }
            }
        }
    }

    @Test
    void sample_withObservations_recordsTheLogProbabilitiesOfTheWholeContext() {
        Transformer model = transformer();
        List<Environment> chatty = new ArrayList<>();
        for (int row = 0; row < 6; row++) {
            String observation = "0+9;".substring(row % 3);
            chatty.add(turn -> Environment.Reply.observed(observation));
        }
        Sampling sampling = new Sampling(14, 0.8);
        for (int token = 2; token < 9; token++) {
            sampling = sampling.withStop(token);
        }

        Rollout rollout =
                new MultiTurnSampler(model, tokenizer, 3)
                        .sample(prompts(6), chatty, sampling, new SplittableRandom(2))
                        .rollout();

        double[] trained = logProbs(model, rollout, 0.8);
        int observed = 0;
        for (int row = 0; row < 6; row++) {
            for (int column = 0; column < rollout.lengths()[row]; column++) {
                if (rollout.sampled()[row][column]) {
                    assertThat((double) rollout.logProbs()[row][column])
                            .isCloseTo(trained[row * rollout.width() + column], within(1e-5));
                } else {
                    observed++;
                }
            }
        }
        assertThat(observed).isGreaterThan(6);
    }

    @Test
    void sample_whenAnEnvironmentFails_saysSoAndGivesNoReward() {
        Environment broken =
                turn -> {
                    throw new Environment.InfrastructureException(
                            "sandbox", new IOException("connection refused"));
                };

        MultiTurnRollout result =
                script("3+4=..7$", "3+4=..7$")
                        .sample(
                                prompts(2),
                                List.of(broken, new Calculator(7)),
                                greedy(9),
                                new SplittableRandom(1));

        assertThat(result.episodes().get(0).failed()).isTrue();
        assertThat(result.episodes().get(0).reward()).isEmpty();
        assertThat(result.rollout().endings())
                .containsExactly(Rollout.Ending.FAILED, Rollout.Ending.END_OF_SEQUENCE);
        assertThat(result.rollout().ended()).containsExactly(false, true);
        assertThat(result.rollout().lengths()).containsExactly(4, 8);
        assertEpisode(result, 1, 2, 1, 0, 1);
    }

    @Test
    void sample_whenAnEnvironmentHasABug_isNotTakenForInfrastructure() {
        Environment wrong =
                turn -> {
                    throw new IllegalStateException("bug");
                };
        MultiTurnSampler sampler = script("3=");

        assertThatThrownBy(
                        () ->
                                sampler.sample(
                                        prompts(1),
                                        List.of(wrong),
                                        greedy(9),
                                        new SplittableRandom(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("bug");
    }

    @Test
    void sample_withoutRoomForAnObservationAndAnAnswer_isCutBeforeIt() {
        for (int limit : new int[] {4, 5, 6, 7}) {
            MultiTurnRollout result =
                    script("3+4=..7$")
                            .sample(
                                    prompts(1),
                                    List.of(new Calculator(7)),
                                    greedy(limit),
                                    new SplittableRandom(1));

            assertThat(result.rollout().endings()).containsExactly(Rollout.Ending.LENGTH);
            assertThat(text(result.rollout(), 0)).isEqualTo(limit == 7 ? "3+4=7;7" : "3+4=");
            assertEpisode(result, 0, 1, 1, 0, 0);
        }
    }

    @Test
    void sample_ofMoreTurnsThanAllowed_isCutAfterTheLast() {
        MultiTurnRollout result =
                script("1=?1=?1=?1=?")
                        .sample(
                                prompts(1),
                                List.of(new Calculator(7)),
                                greedy(12),
                                new SplittableRandom(1));

        assertThat(text(result.rollout(), 0)).isEqualTo("1=?1=?1=");
        assertThat(result.rollout().endings()).containsExactly(Rollout.Ending.LENGTH);
        assertEpisode(result, 0, 3, 3, 3, 0);
    }

    @Test
    void sample_whenATurnIsCutAtTheLimit_doesNotShowItToTheEnvironment() {
        MultiTurnRollout result =
                script("333333")
                        .sample(
                                prompts(1),
                                List.of(new Calculator(7)),
                                greedy(3),
                                new SplittableRandom(1));

        assertEpisode(result, 0, 0, 0, 0, 0);
        assertThat(result.rollout().endings()).containsExactly(Rollout.Ending.LENGTH);
    }

    @Test
    void sample_whenAnObservationEndsLikeTheBeginningOfAStopSequence_doesNotStopThere() {
        List<String> turns = new ArrayList<>();
        Environment environment =
                turn -> {
                    turns.add(turn);
                    return turns.size() == 1
                            ? Environment.Reply.observed("5;")
                            : Environment.Reply.done(1);
                };

        script("1=..=2;=$")
                .sample(
                        prompts(1),
                        List.of(environment),
                        Sampling.greedy(12)
                                .withStop(tokenizer.encode("1="))
                                .withStop(tokenizer.encode(";=")),
                        new SplittableRandom(1));

        assertThat(turns).containsExactly("1=", "=2;=");
    }

    @Test
    void sample_withEnvironmentsThatAreDoneAtOnce_isThatOfTheSamplerBitForBit() {
        Transformer model = transformer();
        Sampling sampling = new Sampling(10, 1.1).withTopP(0.9).withStop(4).withStop(5, 6);

        Rollout plain =
                new Sampler(model, tokenizer).sample(prompts(5), sampling, new SplittableRandom(3));
        Rollout turns =
                new MultiTurnSampler(model, tokenizer, 1)
                        .sample(
                                prompts(5),
                                Collections.nCopies(5, SILENT),
                                sampling,
                                new SplittableRandom(3))
                        .rollout();

        assertThat(turns.rows()).isDeepEqualTo(plain.rows());
        assertThat(turns.logProbs()).isDeepEqualTo(plain.logProbs());
        assertThat(turns.logMass()).isDeepEqualTo(plain.logMass());
        assertThat(turns.endings()).isEqualTo(plain.endings());
        assertThat(turns.sampled()).isDeepEqualTo(plain.sampled());
    }

    @Test
    void sample_withObservations_leavesNothingBehind() {
        Transformer model = transformer();
        int before = Resources.held(engine.manager());

        new MultiTurnSampler(model, tokenizer, 3)
                .sample(
                        prompts(2),
                        Collections.nCopies(2, turn -> Environment.Reply.observed("0")),
                        new Sampling(9, 1).withStop(3).withStop(4).withStop(5),
                        new SplittableRandom(1));

        assertThat(Resources.held(engine.manager())).isEqualTo(before);
    }

    @Test
    void sampler_withNumbersThatDoNotFit_isRefused() {
        MultiTurnSampler sampler = script("1$");
        assertThatThrownBy(
                        () ->
                                sampler.sample(
                                        prompts(2),
                                        List.of(SILENT),
                                        greedy(3),
                                        new SplittableRandom(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("environments: must be one per prompt, 2, were 1");
        assertThatThrownBy(() -> new MultiTurnSampler(transformer(), tokenizer, 0))
                .hasMessage("maxTurns: must be >= 1, was 0");
        assertThatThrownBy(() -> new Environment.Reply("", true, Double.NaN, 0, 0))
                .hasMessage("reward: must be finite, was NaN");
        assertThatThrownBy(() -> new Environment.Reply("", true, 0, 1, 2))
                .hasMessage("toolErrors: must be in [0, toolCalls 1], was 2");
    }

    private void assertEpisode(
            MultiTurnRollout result, int row, int turns, int calls, int errors, double reward) {
        MultiTurnRollout.Episode episode = result.episodes().get(row);
        assertThat(episode.turns()).isEqualTo(turns);
        assertThat(episode.toolCalls()).isEqualTo(calls);
        assertThat(episode.toolErrors()).isEqualTo(errors);
        assertThat(episode.failed()).isFalse();
        assertThat(episode.reward()).hasValue(reward);
    }

    private Sampling greedy(int maxTokens) {
        return Sampling.greedy(maxTokens).withStop(equals);
    }

    private String text(Rollout rollout, int row) {
        return tokenizer.decode(rollout.response(row));
    }

    private static String mask(Rollout rollout, int row) {
        StringBuilder mask = new StringBuilder();
        for (boolean sampled : rollout.sampled()[row]) {
            mask.append(sampled ? '1' : '.');
        }
        return mask.toString();
    }

    /** A policy that writes a text per row: {@code $} is the end of sequence, a dot padding. */
    private MultiTurnSampler script(String... rows) {
        ScriptedModel model =
                new ScriptedModel(
                        engine.manager(),
                        (column, row) -> {
                            double[] logits = new double[tokenizer.vocabulary()];
                            String text = rows[row];
                            char next = column < text.length() ? text.charAt(column) : '$';
                            int token =
                                    switch (next) {
                                        case '$' -> END;
                                        case '.' -> 0;
                                        default -> tokenizer.encode(String.valueOf(next))[0];
                                    };
                            logits[token] = 10;
                            return logits;
                        });
        return new MultiTurnSampler(model, tokenizer, 3);
    }

    private Transformer transformer() {
        Transformer model =
                new Transformer(
                        engine.manager(),
                        new TransformerConfig(16, 2, 8, 4, 2, 6, 20, 100, 1e-5),
                        new SplittableRandom(1));
        model.parameters().get("lm_head.weight").muli(3);
        return model;
    }

    private double[] logProbs(Transformer model, Rollout rollout, double temperature) {
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
        NDArray tokens =
                engine.manager().create(targets, new Shape(rollout.batch(), rollout.width()));
        return doubles(TokenLogProbs.of(logits, tokens, temperature).logProb());
    }

    private static List<int[]> prompts(int rows) {
        List<int[]> prompts = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            prompts.add(row % 2 == 0 ? new int[] {3, 12, 4} : new int[] {5});
        }
        return prompts;
    }
}
