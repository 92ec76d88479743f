package dev.rft.core.model;

import static dev.rft.core.testing.Numbers.assertClose;
import static dev.rft.core.testing.Numbers.doubles;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.Dropout;
import dev.rft.core.optim.AdamW;
import dev.rft.core.rollout.CharTokenizer;
import dev.rft.core.rollout.Rollout;
import dev.rft.core.rollout.Sampler;
import dev.rft.core.rollout.Sampling;
import dev.rft.core.testing.EngineExtension;
import dev.rft.core.testing.Resources;
import dev.rft.core.train.Prompt;
import dev.rft.core.train.SupervisedTrainer;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class BlockPolicyModelTest {

    private static final int VOCABULARY = 6;

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    private final CharTokenizer tokenizer = new CharTokenizer("abcd");

    @Test
    void supervisedTraining_ofABlock_teachesItWhatTheSamplerThenDraws() {
        try (BlockPolicyModel model = new BlockPolicyModel(engine.manager(), bigrams());
                AdamW adam =
                        new AdamW(engine.manager(), model.parameters(), AdamW.Config.defaults())) {
            SupervisedTrainer trainer = new SupervisedTrainer(model, tokenizer, adam, 1);
            List<Prompt> prompts = List.of(new Prompt("a", "bd"), new Prompt("c", "a"));
            // One token decides the next: a is followed by b in one answer, by the end in another.
            double first = trainer.step(prompts, 0.05);
            double last = first;
            for (int i = 0; i < 40; i++) {
                last = trainer.step(prompts, 0.05);
            }

            // The five tokens' least loss: twice ln 2 for what follows a.
            assertThat(last).isBetween(2 * Math.log(2) / 5, first / 3);
            Rollout rollout =
                    new Sampler(model, tokenizer)
                            .sample(
                                    List.of(tokenizer.encode("b"), tokenizer.encode("c")),
                                    Sampling.greedy(1),
                                    new SplittableRandom(1));
            assertThat(tokenizer.decode(rollout.response(0))).isEqualTo("d");
            assertThat(tokenizer.decode(rollout.response(1))).isEqualTo("a");
        }
    }

    @Test
    void logits_fromAColumn_areThoseOfTheBlock() {
        BlockPolicyModel model = new BlockPolicyModel(engine.manager(), bigrams());
        TokenBatch batch = batch();

        NDArray all = model.logits(batch, 0);
        NDArray rest = model.logits(batch, 2);

        assertThat(all.getShape()).isEqualTo(new Shape(2, 3, VOCABULARY));
        assertClose(rest, doubles(all.get(":, 2:")), 0);
        try (Decoder decoder = model.decoder()) {
            assertClose(decoder.prefill(batch), doubles(rest), 0);
        }
    }

    @Test
    void logits_ofABlockThatTakesPositions_getThem() {
        Block block = new SequentialBlock().add(BlockPolicyModelTest::onehot).add(linear(2));
        block.initialize(engine.manager(), DataType.FLOAT32, new Shape(2, 3));
        BlockPolicyModel model =
                new BlockPolicyModel(
                        engine.manager(), block, batch -> new NDList(batch.positions()));
        TokenBatch sameTokens =
                TokenBatch.of(engine.manager(), new long[][] {{4, 4, 4}}, new int[] {1});

        double[] logits = doubles(model.logits(sameTokens, 0));

        assertThat(logits[2]).isEqualTo(logits[0]).isNotEqualTo(logits[4]);
    }

    @Test
    void logits_ofABlockWithDropout_areAlwaysThatOfInference() {
        Block block =
                new SequentialBlock()
                        .add(BlockPolicyModelTest::onehot)
                        .add(linear(VOCABULARY))
                        .add(Dropout.builder().optRate(0.5f).build());
        block.initialize(engine.manager(), DataType.FLOAT32, new Shape(2, 3));
        BlockPolicyModel model = new BlockPolicyModel(engine.manager(), block);

        assertClose(model.logits(batch(), 0), doubles(model.logits(batch(), 0)), 0);
    }

    @Test
    void parameters_areTheBlocksOwnArrays() {
        Block block = bigrams();
        BlockPolicyModel model = new BlockPolicyModel(engine.manager(), block);

        assertThat(model.parameters()).hasSize(3);
        model.parameters()
                .forEach(
                        (name, array) -> {
                            assertThat(block.getParameters().get(name).getArray()).isSameAs(array);
                            assertThat(array.hasGradient()).isTrue();
                        });
    }

    @Test
    void close_freesTheBlock() {
        BlockPolicyModel model = new BlockPolicyModel(engine.manager(), bigrams());
        NDArray weight = model.parameters().get(model.parameters().firstKey());

        model.close();

        assertThat(model.manager().isOpen()).isFalse();
        assertThatThrownBy(weight::toFloatArray).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void logitsAndDecoder_leaveNothingBehind() {
        BlockPolicyModel model = new BlockPolicyModel(engine.manager(), bigrams());
        new Sampler(model, tokenizer)
                .sample(List.of(new int[] {2}), new Sampling(3, 1), new SplittableRandom(1));
        int before = Resources.held(engine.manager());

        new Sampler(model, tokenizer)
                .sample(List.of(new int[] {2}), new Sampling(3, 1), new SplittableRandom(1));

        assertThat(Resources.held(engine.manager())).isEqualTo(before);
    }

    @Test
    void block_thatCannotBeAPolicy_isRefused() {
        assertThatThrownBy(() -> new BlockPolicyModel(engine.manager(), linear(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("block: must be initialized, was not");
        Block flat = new SequentialBlock().add(tokens -> new NDList(tokens.head().sum()));
        flat.initialize(engine.manager(), DataType.FLOAT32, new Shape(2, 3));
        assertThatThrownBy(() -> new BlockPolicyModel(engine.manager(), flat).logits(batch(), 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("must give [2, 3, vocabulary], gave ()");
    }

    /** An embedding of width 8 and a projection: the next token depends on the present one. */
    private Block bigrams() {
        engine.manager().getEngine().setRandomSeed(1);
        Block block =
                new SequentialBlock()
                        .add(BlockPolicyModelTest::onehot)
                        .add(Linear.builder().setUnits(8).optBias(false).build())
                        .add(linear(VOCABULARY));
        block.initialize(engine.manager(), DataType.FLOAT32, new Shape(2, 3));
        return block;
    }

    private static Linear linear(int units) {
        return Linear.builder().setUnits(units).build();
    }

    private static NDList onehot(NDList tokens) {
        return new NDList(tokens.head().toType(DataType.INT64, false).oneHot(VOCABULARY));
    }

    private TokenBatch batch() {
        return TokenBatch.of(engine.manager(), new long[][] {{2, 3, 4}, {5, 2, 1}}, new int[2]);
    }
}
