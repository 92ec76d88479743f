package dev.rft.core.rollout;

import static dev.rft.core.testing.Numbers.doubles;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import dev.rft.core.model.PolicyModel;
import dev.rft.core.model.TokenBatch;
import dev.rft.core.model.Transformer;
import dev.rft.core.model.TransformerConfig;
import dev.rft.core.policy.TokenLogProbs;
import dev.rft.core.testing.EngineExtension;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NestedRolloutsTest {

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    @ParameterizedTest
    @CsvSource({"0,1,0", "0,8,0", "0.01,3,1", "0.25,8,2", "0.25,6,2", "0.2,6,1", "0.5,8,4"})
    void draw_ofAFraction_leavesOutThatManyRounded(double fraction, int blocks, int count) {
        assertThat(new NestedRollouts(fraction).draw(blocks, new SplittableRandom(1)))
                .hasSize(count);
    }

    @Test
    void draw_manyTimes_givesEverySetOfInnerBlocksAlikeOften() {
        NestedRollouts nested = new NestedRollouts(0.3);
        SplittableRandom random = new SplittableRandom(3);
        Map<Set<Integer>, Integer> seen = new HashMap<>();

        for (int i = 0; i < 6000; i++) {
            seen.merge(nested.draw(6, random), 1, Integer::sum);
        }

        // Two of blocks 1 to 4: six sets, 1000 each with a deviation of 29.
        assertThat(seen).hasSize(6);
        assertThat(seen.values()).allSatisfy(count -> assertThat(count).isBetween(880, 1120));
        Set<Integer> all = new TreeSet<>();
        seen.keySet().forEach(all::addAll);
        assertThat(all).containsExactly(1, 2, 3, 4);
    }

    @Test
    void draw_withTheSameSeed_isTheSame() {
        NestedRollouts nested = new NestedRollouts(0.4);
        SplittableRandom one = new SplittableRandom(9);
        SplittableRandom same = new SplittableRandom(9);

        for (int i = 0; i < 20; i++) {
            assertThat(nested.draw(10, one)).isEqualTo(nested.draw(10, same));
        }
    }

    @Test
    void draw_ofMoreThanTheInnerBlocks_isRefused() {
        assertThatThrownBy(() -> new NestedRollouts(0.1).draw(2, new SplittableRandom(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "must leave the first and last of 2 blocks, 0.1 leaves out 1");
        assertThatThrownBy(() -> new NestedRollouts(0.9).draw(4, new SplittableRandom(1)))
                .hasMessageContaining("0.9 leaves out 4");
    }

    @Test
    void nestedRollouts_outOfRange_isRefused() {
        for (double fraction : new double[] {-0.1, 1, Double.NaN}) {
            assertThatThrownBy(() -> new NestedRollouts(fraction))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("fraction: must be in [0, 1), was " + fraction);
        }
    }

    @Test
    void sample_fromABehaviourPolicy_recordsItsLogProbabilitiesAndSwitchesGradientsOff() {
        Transformer policy =
                new Transformer(
                        engine.manager(),
                        new TransformerConfig(6, 4, 8, 4, 2, 6, 10, 100, 1e-5),
                        new SplittableRandom(1));
        policy.parameters().get("lm_head.weight").muli(3);
        PolicyModel behaviour = new NestedRollouts(0.5).behaviour(policy, new SplittableRandom(2));
        JniUtils.setGradMode(true);

        Rollout rollout =
                new Sampler(behaviour, new CharTokenizer("abcd"))
                        .sample(
                                List.of(new int[] {2, 3}),
                                new Sampling(4, 1),
                                new SplittableRandom(4));

        assertThat(JniUtils.isGradMode()).isFalse();
        double[] own = logProbs(behaviour, rollout);
        double[] whole = logProbs(policy, rollout);
        double gap = 0;
        for (int i = 0; i < rollout.lengths()[0]; i++) {
            assertThat((double) rollout.logProbs()[0][i]).isCloseTo(own[i], within(1e-5));
            gap = Math.max(gap, Math.abs(own[i] - whole[i]));
        }
        assertThat(gap).isGreaterThan(1e-3);
    }

    private double[] logProbs(PolicyModel model, Rollout rollout) {
        long[] row = rollout.rows()[0];
        int prompt = rollout.promptLength();
        TokenBatch batch =
                TokenBatch.of(
                        engine.manager(),
                        new long[][] {Arrays.copyOf(row, row.length - 1)},
                        rollout.padding());
        NDArray targets =
                engine.manager()
                        .create(
                                Arrays.copyOfRange(row, prompt, row.length),
                                new Shape(1, rollout.width()));
        return doubles(TokenLogProbs.of(model.logits(batch, prompt - 1), targets, 1).logProb());
    }
}
