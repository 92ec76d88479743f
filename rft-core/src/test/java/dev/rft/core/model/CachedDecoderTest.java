package dev.rft.core.model;

import static dev.rft.core.testing.Numbers.assertClose;
import static dev.rft.core.testing.Numbers.doubles;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import dev.rft.core.testing.EngineExtension;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class CachedDecoderTest {

    private static final TransformerConfig CONFIG =
            new TransformerConfig(7, 2, 8, 4, 2, 6, 8, 100, 1e-5);
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
    void next_atEveryColumn_givesTheLogitsOfRecomputation() {
        try (Decoder decoder = model.decoder()) {
            NDArray logits = decoder.prefill(columns(3));
            for (int length = 3; ; length++) {
                double[] recomputed = doubles(model.logits(columns(length), length - 1));
                assertClose(logits, recomputed, 1e-5);
                if (length == 7) {
                    return;
                }
                logits = decoder.next(tokens(length));
            }
        }
    }

    @Test
    void next_pastThePositions_isRefusedWithTheLimit() {
        try (Decoder decoder = model.decoder()) {
            decoder.prefill(columns(7));
            decoder.next(tokens(6));

            assertThatThrownBy(() -> decoder.next(tokens(6)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("sequence length: must be <= 8, was 9");
        }
    }

    @Test
    void next_beforePrefill_isRefused() {
        try (Decoder decoder = model.decoder()) {
            assertThatThrownBy(() -> decoder.next(tokens(0)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("prefill must come first");
        }
    }

    @Test
    void prefill_calledTwice_isRefused() {
        try (Decoder decoder = model.decoder()) {
            decoder.prefill(columns(3));

            assertThatThrownBy(() -> decoder.prefill(columns(3)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("comes once");
        }
    }

    @Test
    void close_afterDecoding_leavesNothingInTheModelsManager() {
        int before = model.manager().getManagedArrays().size();
        try (NDManager inputs = engine.manager().newSubManager()) {
            TokenBatch prompts = TokenBatch.of(inputs, rows(3), PADDING);
            NDArray tokens = inputs.create(new long[] {1, 2});
            int given = inputs.getManagedArrays().size();
            try (Decoder decoder = model.decoder()) {
                decoder.prefill(prompts).close();
                decoder.next(tokens).close();
                decoder.next(tokens).close();
            }
            assertThat(inputs.getManagedArrays()).hasSize(given);
        }
        assertThat(model.manager().getManagedArrays()).hasSize(before);
    }

    @Test
    void close_ofACacheWhoseFirstPassBrokeOff_freesWhatItHolds() {
        try (NDManager inputs = engine.manager().newSubManager()) {
            NDArray added = inputs.ones(new Shape(1, 2, 4, 3));
            KeyValueCache cache = new KeyValueCache(2);
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                cache.extendKeys(0, added);
                cache.extendValues(0, added);
            }
            assertThat(inputs.getManagedArrays()).hasSize(3);

            cache.close();

            assertThat(inputs.getManagedArrays()).hasSize(1);
        }
    }

    private TokenBatch columns(int length) {
        return TokenBatch.of(engine.manager(), rows(length), PADDING);
    }

    private static long[][] rows(int length) {
        return Arrays.stream(ROWS).map(row -> Arrays.copyOf(row, length)).toArray(long[][]::new);
    }

    private NDArray tokens(int column) {
        return engine.manager().create(new long[] {ROWS[0][column], ROWS[1][column]});
    }
}
