package dev.rft.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TransformerConfigTest {

    @Test
    void constructor_withASizeBelowOne_namesIt() {
        assertRefused("vocabulary: must be >= 1, was 0", 0, 1, 8, 2, 1, 4, 8, 10, 1e-6);
        assertRefused("layers: must be >= 1, was -1", 5, -1, 8, 2, 1, 4, 8, 10, 1e-6);
        assertRefused("hidden: must be >= 1, was 0", 5, 1, 0, 2, 1, 4, 8, 10, 1e-6);
        assertRefused("heads: must be >= 1, was 0", 5, 1, 8, 0, 1, 4, 8, 10, 1e-6);
        assertRefused("keyValueHeads: must be >= 1, was 0", 5, 1, 8, 2, 0, 4, 8, 10, 1e-6);
        assertRefused("feedForward: must be >= 1, was 0", 5, 1, 8, 2, 1, 0, 8, 10, 1e-6);
        assertRefused("maxPositions: must be >= 1, was 0", 5, 1, 8, 2, 1, 4, 0, 10, 1e-6);
    }

    @Test
    void constructor_withHeadsThatDoNotFit_saysWhatTheyMustDivide() {
        assertRefused("heads: must divide hidden 8", 5, 1, 8, 3, 1, 4, 8, 10, 1e-6);
        assertRefused("into even widths, was 8", 5, 1, 8, 8, 1, 4, 8, 10, 1e-6);
        assertRefused("keyValueHeads: must divide heads 4, was 3", 5, 1, 8, 4, 3, 4, 8, 10, 1e-6);
    }

    @Test
    void constructor_withANumberThatIsNone_isRefused() {
        assertRefused("ropeTheta must be > 1", 5, 1, 8, 2, 1, 4, 8, Double.NaN, 1e-6);
        assertRefused("normEpsilon > 0", 5, 1, 8, 2, 1, 4, 8, 10, 0);
        assertRefused("normEpsilon > 0", 5, 1, 8, 2, 1, 4, 8, 10, Double.NaN);
    }

    @Test
    void headWidth_ofTheTinyModel_isHiddenByHeads() {
        assertThat(TransformerConfig.tiny(14, 20).headWidth()).isEqualTo(16);
    }

    private static void assertRefused(
            String message,
            int vocabulary,
            int layers,
            int hidden,
            int heads,
            int shared,
            int feedForward,
            int positions,
            double theta,
            double epsilon) {
        assertThatThrownBy(
                        () ->
                                new TransformerConfig(
                                        vocabulary,
                                        layers,
                                        hidden,
                                        heads,
                                        shared,
                                        feedForward,
                                        positions,
                                        theta,
                                        epsilon))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
