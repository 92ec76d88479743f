package dev.rft.core.model;

import static dev.rft.core.testing.Numbers.assertClose;
import static dev.rft.core.testing.Numbers.doubles;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.rft.core.testing.EngineExtension;
import dev.rft.core.testing.Resources;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RecomputingDecoderTest {

    private static final long[][] ROWS = {{0, 0, 3}, {2, 6, 5}};
    private static final int[] PADDING = {2, 0};

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    private Transformer model;

    @BeforeEach
    void makeModel() {
        model =
                TransformerTest.roughened(
                        new Transformer(
                                engine.manager(),
                                new TransformerConfig(7, 2, 8, 4, 2, 6, 8, 100, 1e-5),
                                new SplittableRandom(1)));
    }

    @Test
    void next_atEveryColumn_givesTheLogitsOfTheCachedDecoder() {
        try (Decoder recomputing = new RecomputingDecoder(model);
                Decoder cached = model.decoder()) {
            assertClose(recomputing.prefill(prompts()), doubles(cached.prefill(prompts())), 1e-5);
            for (long token = 0; token < 5; token++) {
                NDArray tokens = engine.manager().create(new long[] {token, 6 - token});
                assertClose(recomputing.next(tokens), doubles(cached.next(tokens)), 1e-5);
            }
        }
    }

    @Test
    void close_afterDecoding_leavesNothingBehind() {
        int before = Resources.held(engine.manager());
        try (NDManager inputs = engine.manager().newSubManager()) {
            TokenBatch prompts = TokenBatch.of(inputs, ROWS, PADDING);
            NDArray tokens = inputs.create(new long[] {1, 2});
            int given = inputs.getManagedArrays().size();
            try (Decoder decoder = new RecomputingDecoder(model)) {
                decoder.prefill(prompts).close();
                decoder.next(tokens).close();
                decoder.next(tokens).close();
            }
            assertThat(inputs.getManagedArrays()).hasSize(given);
            assertThat(prompts.tokens().toLongArray()).containsExactly(0, 0, 3, 2, 6, 5);
        }
        assertThat(Resources.held(engine.manager())).isEqualTo(before);
    }

    @Test
    void prefillAndNext_outOfOrder_areRefused() {
        try (Decoder decoder = new RecomputingDecoder(model)) {
            NDArray tokens = engine.manager().create(new long[] {1, 2});
            assertThatThrownBy(() -> decoder.next(tokens))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("prefill must come first");
            decoder.prefill(prompts());
            assertThatThrownBy(() -> decoder.prefill(prompts()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("comes once");
        }
    }

    private TokenBatch prompts() {
        return TokenBatch.of(engine.manager(), ROWS, PADDING);
    }
}
