package dev.rft.core.model;

import static dev.rft.core.testing.Numbers.assertClose;
import static dev.rft.core.testing.Numbers.doubles;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import dev.rft.core.testing.EngineExtension;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SkippingTransformerTest {

    private static final TransformerConfig CONFIG =
            new TransformerConfig(7, 4, 8, 4, 2, 6, 8, 100, 1e-5);
    private static final long[][] ROWS = {{0, 0, 3, 1, 4, 1, 5}, {2, 6, 5, 3, 5, 0, 2}};
    private static final int[] PADDING = {2, 0};

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    private Transformer model;

    @BeforeEach
    void makeModel() {
        Transformer fresh = new Transformer(engine.manager(), CONFIG, new SplittableRandom(1));
        model = TransformerTest.roughened(fresh);
    }

    @Test
    void skipping_nothing_isTheWholeModelBitForBit() {
        PolicyModel view = model.skipping(Set.of());

        assertThat(logits(view)).isEqualTo(logits(model));
        try (Decoder nested = view.decoder();
                Decoder whole = model.decoder()) {
            assertThat(nested.prefill(columns(3)).toFloatArray())
                    .isEqualTo(whole.prefill(columns(3)).toFloatArray());
            assertThat(nested.next(tokens(3)).toFloatArray())
                    .isEqualTo(whole.next(tokens(3)).toFloatArray());
        }
    }

    @Test
    void skipping_blocks_isAModelThatNeverHadThem() {
        TransformerConfig two = new TransformerConfig(7, 2, 8, 4, 2, 6, 8, 100, 1e-5);
        Transformer small = new Transformer(engine.manager(), two, new SplittableRandom(2));
        int[] kept = {0, 3};
        small.parameters()
                .forEach(
                        (name, weight) -> {
                            String source = name;
                            for (int layer = 0; layer < kept.length; layer++) {
                                String prefix = "model.layers." + layer + ".";
                                if (name.startsWith(prefix)) {
                                    source =
                                            name.replace(
                                                    prefix, "model.layers." + kept[layer] + ".");
                                }
                            }
                            weight.muli(0).addi(model.parameters().get(source));
                        });

        assertThat(logits(model.skipping(Set.of(1, 2)))).isEqualTo(logits(small));
    }

    @Test
    void logits_whenASkippedBlockChanges_stayAndFollowTheOthers() {
        PolicyModel view = model.skipping(Set.of(2));
        float[] before = logits(view);
        for (int layer = 0; layer < 4; layer++) {
            for (NDArray weight : block(layer)) {
                weight.addi(0.5f);
                if (layer == 2) {
                    assertThat(logits(view)).isEqualTo(before);
                } else {
                    assertThat(logits(view)).isNotEqualTo(before);
                }
                weight.subi(0.5f);
                before = logits(view);
            }
        }
    }

    @Test
    void decoder_withBlocksSkipped_givesTheLogitsOfRecomputation() {
        PolicyModel view = model.skipping(Set.of(1, 2));
        try (Decoder decoder = view.decoder()) {
            NDArray logits = decoder.prefill(columns(3));
            for (int length = 3; ; length++) {
                assertClose(logits, doubles(view.logits(columns(length), length - 1)), 1e-5);
                if (length == 7) {
                    return;
                }
                logits = decoder.next(tokens(length));
            }
        }
    }

    @Test
    void close_ofAView_leavesTheWholeModelOpen() {
        PolicyModel view = model.skipping(Set.of(1));
        float[] before = logits(model);

        view.close();

        assertThat(view.manager()).isSameAs(model.manager());
        assertThat(view.parameters()).isEqualTo(model.parameters());
        assertThat(logits(model)).isEqualTo(before);
    }

    @Test
    void skipping_aBlockThatIsNone_isRefused() {
        for (int layer : new int[] {-1, 4}) {
            assertThatThrownBy(() -> model.skipping(Set.of(layer)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("skipped block: must be in [0, 4), was " + layer);
        }
    }

    private NDArray[] block(int layer) {
        return model.parameters().entrySet().stream()
                .filter(entry -> entry.getKey().startsWith("model.layers." + layer + "."))
                .map(Map.Entry::getValue)
                .toArray(NDArray[]::new);
    }

    private float[] logits(PolicyModel of) {
        return of.logits(columns(7), 2).toFloatArray();
    }

    private TokenBatch columns(int length) {
        long[][] rows =
                Arrays.stream(ROWS).map(row -> Arrays.copyOf(row, length)).toArray(long[][]::new);
        return TokenBatch.of(engine.manager(), rows, PADDING);
    }

    private NDArray tokens(int column) {
        return engine.manager().create(new long[] {ROWS[0][column], ROWS[1][column]});
    }
}
