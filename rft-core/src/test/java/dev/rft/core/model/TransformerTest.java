package dev.rft.core.model;

import static dev.rft.core.testing.Numbers.assertClose;
import static dev.rft.core.testing.Numbers.doubles;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.training.GradientCollector;
import dev.rft.core.testing.EngineExtension;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TransformerTest {

    private static final TransformerConfig CONFIG =
            new TransformerConfig(7, 2, 8, 4, 2, 6, 10, 100, 1e-5);
    private static final long[] SEQUENCE = {3, 1, 4, 1, 5};

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    private Transformer model;

    @BeforeEach
    void makeModel() {
        model = roughened(new Transformer(engine.manager(), CONFIG, new SplittableRandom(1)));
    }

    @Test
    void logits_ofTheWholeSequence_areThoseOfTheReferenceImplementation() {
        double[][] expected = reference().logits(SEQUENCE);

        double[] actual = doubles(model.logits(batch(SEQUENCE), 0));

        // Logits of order 1 after some 100 float32 operations in a row: about 1e-5 is lost.
        assertClose(actual, flat(expected, 0), 1e-4 * scale(expected));
    }

    @Test
    void logits_fromAColumn_areTheRest() {
        double[] all = doubles(model.logits(batch(SEQUENCE), 0));

        NDArray rest = model.logits(batch(SEQUENCE), 3);

        assertThat(rest.getShape().getShape()).containsExactly(1, 2, 7);
        assertClose(rest, Arrays.copyOfRange(all, 3 * 7, 5 * 7), 1e-6);
    }

    @Test
    void logits_withMultiHeadAndMultiQueryAttention_areThoseOfTheReferenceImplementation() {
        for (int shared : List.of(1, 4)) {
            TransformerConfig config = new TransformerConfig(7, 1, 8, 4, shared, 6, 10, 100, 1e-5);
            model = roughened(new Transformer(engine.manager(), config, new SplittableRandom(2)));
            double[][] expected = new ReferenceTransformer(config, weights()).logits(SEQUENCE);

            assertClose(
                    model.logits(batch(SEQUENCE), 0), flat(expected, 0), 1e-4 * scale(expected));
        }
    }

    @Test
    void logits_whenALaterTokenChanges_stayBitForBitBeforeIt() {
        float[] before = model.logits(batch(3, 1, 4, 1, 5), 0).toFloatArray();
        float[] after = model.logits(batch(3, 1, 4, 2, 5), 0).toFloatArray();

        assertThat(Arrays.copyOf(after, 3 * 7)).isEqualTo(Arrays.copyOf(before, 3 * 7));
        assertThat(Arrays.copyOfRange(after, 3 * 7, 4 * 7))
                .isNotEqualTo(Arrays.copyOfRange(before, 3 * 7, 4 * 7));
    }

    @Test
    void logits_withLeftPadding_areThoseWithoutOnRealColumns() {
        long[][] rows = {{6, 6, 6, 3, 1, 4}, {5, 2, 0, 3, 1, 4}};
        TokenBatch padded = TokenBatch.of(engine.manager(), rows, new int[] {3, 0});

        NDArray logits = model.logits(padded, 3);

        // Only the order of the sums differs: the padded keys add exact zeros.
        assertClose(logits.get(new NDIndex("0")), doubles(model.logits(batch(3, 1, 4), 0)), 1e-5);
        assertClose(
                logits.get(new NDIndex("1")),
                doubles(model.logits(batch(5, 2, 0, 3, 1, 4), 3)),
                1e-5);
    }

    @Test
    void logits_whateverTokenIsPadding_areTheSame() {
        long[][] zeros = {{0, 0, 3, 1, 4}};
        long[][] sixes = {{6, 2, 3, 1, 4}};
        int[] padding = {2};

        assertThat(model.logits(TokenBatch.of(engine.manager(), sixes, padding), 2).toFloatArray())
                .isEqualTo(
                        model.logits(TokenBatch.of(engine.manager(), zeros, padding), 2)
                                .toFloatArray());
    }

    @Test
    void logits_ofASequenceLongerThanThePositions_areRefused() {
        assertThatThrownBy(() -> model.logits(batch(new long[11]), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be <= 10, was 11");
    }

    @Test
    void gradient_ofASumOfLogits_isThatOfFiniteDifferences() {
        double[] direction = new double[3 * 7];
        Arrays.setAll(direction, i -> Math.sin(i + 1));
        backward(direction);
        Map<String, float[]> weights = weights();
        Map<String, double[]> gradients = new HashMap<>();
        model.parameters()
                .forEach((name, weight) -> gradients.put(name, doubles(weight.getGradient())));

        // The differences are taken in the double-precision reference, whose values are checked
        // against the model's above: a step of 1e-3 then leaves an error of some 1e-6, and float32
        // one of some 1e-5 in the model's gradient.
        weights.forEach(
                (name, values) -> {
                    for (int i = 0; i < values.length; i += Math.max(1, values.length / 5)) {
                        float kept = values[i];
                        values[i] = kept + 1e-3f;
                        double above = dot(new ReferenceTransformer(CONFIG, weights), direction);
                        double up = values[i];
                        values[i] = kept - 1e-3f;
                        double below = dot(new ReferenceTransformer(CONFIG, weights), direction);
                        double slope = (above - below) / (up - values[i]);
                        values[i] = kept;
                        assertThat(gradients.get(name)[i])
                                .as("%s[%d]", name, i)
                                .isCloseTo(slope, within(1e-3 * Math.max(1, Math.abs(slope))));
                    }
                });
    }

    @Test
    void parameters_ofTheSameSeed_areTheSameAndNamedLikeTheCheckpoints() {
        Transformer one = new Transformer(engine.manager(), CONFIG, new SplittableRandom(5));
        Transformer same = new Transformer(engine.manager(), CONFIG, new SplittableRandom(5));

        assertThat(one.parameters()).hasSize(2 * 9 + 3);
        assertThat(one.parameters())
                .containsKeys(
                        "model.embed_tokens.weight",
                        "model.layers.0.input_layernorm.weight",
                        "model.layers.1.self_attn.q_proj.weight",
                        "model.layers.1.mlp.down_proj.weight",
                        "model.norm.weight",
                        "lm_head.weight");
        one.parameters()
                .forEach(
                        (name, weight) ->
                                assertThat(weight.toFloatArray())
                                        .isEqualTo(same.parameters().get(name).toFloatArray()));
    }

    @Test
    void close_ofAModel_freesItsParameters() {
        NDArray weight = model.parameters().get("lm_head.weight");

        model.close();

        assertThat(model.manager().isOpen()).isFalse();
        assertThatThrownBy(weight::toFloatArray).isInstanceOf(IllegalStateException.class);
    }

    /**
     * Makes the weights large enough, and the gains unequal, that every part of the network
     * matters.
     */
    static Transformer roughened(Transformer model) {
        SplittableRandom random = new SplittableRandom(99);
        model.parameters()
                .values()
                .forEach(
                        weight -> {
                            float[] values = weight.toFloatArray();
                            for (int i = 0; i < values.length; i++) {
                                values[i] += (float) random.nextDouble(-0.5, 0.5);
                            }
                            try (NDArray fresh =
                                    weight.getManager().create(values, weight.getShape())) {
                                weight.set(new NDIndex("..."), fresh);
                            }
                        });
        return model;
    }

    private void backward(double[] direction) {
        try (NDScope scope = new NDScope();
                GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            scope.suppressNotUsedWarning();
            NDArray weights = engine.matrix(direction).reshape(1, 3, 7);
            collector.backward(model.logits(batch(3, 1, 4), 0).mul(weights).sum());
        }
    }

    private static double dot(ReferenceTransformer reference, double[] direction) {
        double[] logits = flat(reference.logits(new long[] {3, 1, 4}), 0);
        double sum = 0;
        for (int i = 0; i < logits.length; i++) {
            sum += logits[i] * direction[i];
        }
        return sum;
    }

    private ReferenceTransformer reference() {
        return new ReferenceTransformer(CONFIG, weights());
    }

    private Map<String, float[]> weights() {
        Map<String, float[]> weights = new HashMap<>();
        model.parameters().forEach((name, weight) -> weights.put(name, weight.toFloatArray()));
        return weights;
    }

    private TokenBatch batch(long... tokens) {
        return TokenBatch.of(engine.manager(), new long[][] {tokens}, new int[1]);
    }

    private static double[] flat(double[][] rows, int from) {
        return Arrays.stream(rows).skip(from).flatMapToDouble(Arrays::stream).toArray();
    }

    private static double scale(double[][] logits) {
        return Arrays.stream(flat(logits, 0)).map(Math::abs).max().orElseThrow();
    }
}
