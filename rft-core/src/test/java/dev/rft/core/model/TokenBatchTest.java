package dev.rft.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rft.core.testing.EngineExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TokenBatchTest {

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    @Test
    void of_rowsWithPadding_countsPositionsFromTheFirstRealToken() {
        TokenBatch batch =
                TokenBatch.of(
                        engine.manager(), new long[][] {{9, 4, 5}, {1, 2, 3}}, new int[] {1, 0});

        assertThat(batch.batch()).isEqualTo(2);
        assertThat(batch.length()).isEqualTo(3);
        assertThat(batch.tokens().toLongArray()).containsExactly(9, 4, 5, 1, 2, 3);
        assertThat(batch.positions().toLongArray()).containsExactly(0, 0, 1, 0, 1, 2);
        assertThat(batch.real().toBooleanArray())
                .containsExactly(false, true, true, true, true, true);
    }

    @Test
    void of_rowsThatDoNotFit_areRefused() {
        long[][] one = {{1, 2}};
        assertRefused(new long[0][], new int[0], "at least 1, were 0, 0");
        assertRefused(one, new int[2], "must be as many");
        assertRefused(new long[][] {{1, 2}, {1}}, new int[2], "row 1: must have 2 tokens");
        assertRefused(one, new int[] {2}, "fewer of them padding, had 2, 2");
        assertRefused(one, new int[] {-1}, "had 2, -1");
    }

    private void assertRefused(long[][] rows, int[] padding, String message) {
        assertThatThrownBy(() -> TokenBatch.of(engine.manager(), rows, padding))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
