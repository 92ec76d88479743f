package dev.rft.core.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.pytorch.jni.JniUtils;
import dev.rft.core.model.TokenBatch;
import dev.rft.core.optim.Gradients;
import dev.rft.core.testing.EngineExtension;
import dev.rft.core.testing.Numbers;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SupervisedTrainerTest {

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    private TinyTask task;
    private SupervisedTrainer trainer;

    @BeforeEach
    void makeTrainer() {
        task = new TinyTask(engine.manager());
        trainer = new SupervisedTrainer(task.model, TinyTask.TOKENIZER, task.adam, 1);
    }

    @Test
    void step_onAnswersOfDifferentLength_isTheMeanOverTheirTokensAndEnds() {
        List<Prompt> prompts = List.of(new Prompt("12=", "3"), new Prompt("4=", ""));
        double expected =
                -(logProb("12=", "", 5) + logProb("12=", "3", 1) + logProb("4=", "", 1)) / 3;

        assertThat(trainer.step(prompts, 0)).isCloseTo(expected, within(1e-5));
    }

    @Test
    void step_repeatedly_lowersTheLossToNearNothing() {
        double first = trainer.step(TinyTask.PROMPTS, 1e-2);
        double last = first;
        for (int step = 0; step < 150; step++) {
            last = trainer.step(TinyTask.PROMPTS, 1e-2);
        }

        assertThat(first).isCloseTo(Math.log(13), within(1.0));
        assertThat(last).isPositive().isLessThan(0.05);
        Evaluation evaluation =
                new Evaluation(
                        TinyTask.TOKENIZER,
                        TinyTask.PROMPTS,
                        (prompt, response) -> response.equals(prompt.answer()) ? 1 : 0,
                        3);
        assertThat(evaluation.accuracy(task.model)).isEqualTo(1);
        assertThat(Gradients.globalNorm(task.model.parameters().values())).isZero();
        assertThat(JniUtils.isGradMode()).isFalse();
    }

    @Test
    void step_withWeightsThatAreNan_isRefusedAndChangesNothing() {
        NDArray head = task.model.parameters().get("lm_head.weight");
        head.set(new NDIndex("0"), Float.NaN);
        SortedMap<String, String> before = task.bits();

        assertThatThrownBy(() -> trainer.step(TinyTask.PROMPTS, 1e-2))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("must be finite, were NaN");

        assertThat(task.bits()).isEqualTo(before);
        assertThat(Gradients.globalNorm(task.model.parameters().values())).isZero();
    }

    @Test
    void step_withoutPrompts_isRefused() {
        assertThatThrownBy(() -> trainer.step(List.of(), 1e-2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least one");
    }

    private double logProb(String prompt, String answer, int token) {
        int[] tokens = TinyTask.TOKENIZER.encode(prompt + answer);
        long[][] row = {Arrays.stream(tokens).asLongStream().toArray()};
        TokenBatch batch = TokenBatch.of(engine.manager(), row, new int[1]);
        double[] logits = Numbers.doubles(task.model.logits(batch, tokens.length - 1));
        double total = 0;
        for (double logit : logits) {
            total += Math.exp(logit);
        }
        return logits[token] - Math.log(total);
    }
}
