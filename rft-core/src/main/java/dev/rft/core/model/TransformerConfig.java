package dev.rft.core.model;

/**
 * Sizes of a {@link Transformer}.
 *
 * @param vocabulary number of tokens
 * @param layers number of blocks
 * @param hidden width of the residual stream
 * @param heads query heads; divides {@code hidden}, and the width of a head is even
 * @param keyValueHeads key and value heads; divides {@code heads} (equal: multi-head, 1:
 *     multi-query)
 * @param feedForward inner width of the SwiGLU
 * @param maxPositions longest sequence
 * @param ropeTheta base of the rotary frequencies
 * @param normEpsilon added to the mean square in RMSNorm
 */
public record TransformerConfig(
        int vocabulary,
        int layers,
        int hidden,
        int heads,
        int keyValueHeads,
        int feedForward,
        int maxPositions,
        double ropeTheta,
        double normEpsilon) {

    /** Checks that the sizes are positive and divide as they must. */
    public TransformerConfig {
        positive("vocabulary", vocabulary);
        positive("layers", layers);
        positive("hidden", hidden);
        positive("heads", heads);
        positive("keyValueHeads", keyValueHeads);
        positive("feedForward", feedForward);
        positive("maxPositions", maxPositions);
        if (hidden % heads != 0 || hidden / heads % 2 != 0) {
            throw new IllegalArgumentException(
                    "heads: must divide hidden " + hidden + " into even widths, was " + heads);
        }
        if (heads % keyValueHeads != 0) {
            throw new IllegalArgumentException(
                    "keyValueHeads: must divide heads " + heads + ", was " + keyValueHeads);
        }
        if (!(ropeTheta > 1) || !(normEpsilon > 0)) {
            throw new IllegalArgumentException(
                    "ropeTheta must be > 1 and normEpsilon > 0, were "
                            + ropeTheta
                            + ", "
                            + normEpsilon);
        }
    }

    /**
     * Returns a small model that trains on a CPU in seconds: 2 blocks of width 64 with 4 query and
     * 2 key/value heads.
     *
     * @param vocabulary number of tokens
     * @param maxPositions longest sequence
     * @return the sizes
     */
    public static TransformerConfig tiny(int vocabulary, int maxPositions) {
        return new TransformerConfig(vocabulary, 2, 64, 4, 2, 192, maxPositions, 10_000, 1e-6);
    }

    /** Returns the width of one head. */
    public int headWidth() {
        return hidden / heads;
    }

    private static void positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + ": must be >= 1, was " + value);
        }
    }
}
