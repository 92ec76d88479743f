package dev.rft.faultbench.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShareTest {

    /** Wilson's interval by hand: z = 1.96, z^2 = 3.8415. */
    @ParameterizedTest
    @CsvSource({
        "0, 10, 0,      0.2775",
        "10, 10, 0.7225, 1",
        "5, 10, 0.2366, 0.7634",
        "81, 263, 0.2553, 0.3662",
    })
    void interval_isWilsons(long hits, long of, double low, double high) {
        assertThat(new Share(hits, of).low()).isCloseTo(low, within(5e-5));
        assertThat(new Share(hits, of).high()).isCloseTo(high, within(5e-5));
    }

    @Test
    void value_ofNone_doesNotExist() {
        assertThat(new Share(0, 0).value()).isNaN();
        assertThat(new Share(0, 0).low()).isNaN();
        assertThat(new Share(0, 0).high()).isNaN();
        assertThat(new Share(0, 0).text()).isEqualTo("–");
    }

    @Test
    void new_moreHitsThanThereAre_isRefused() {
        assertThatThrownBy(() -> new Share(3, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 of 2");
    }
}
