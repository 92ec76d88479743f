package dev.rft.core.rollout;

import java.util.Arrays;

/**
 * Sampled responses, on the host. The arrays are not copied: whoever reads them leaves them as they
 * are.
 */
public final class Rollout {

    private final long[][] rows;
    private final int[] padding;
    private final int promptLength;
    private final int[] lengths;
    private final boolean[] ended;
    private final float[][] logProbs;

    /**
     * Holds what was sampled; see the accessors for the shapes.
     *
     * @param rows prompt padded on the left, response padded on the right
     * @param padding padding tokens at the left of each row
     * @param promptLength columns of the prompt
     * @param lengths response tokens of each row
     * @param ended whether each response ended by itself
     * @param logProbs log-probability of each response token
     */
    public Rollout(
            long[][] rows,
            int[] padding,
            int promptLength,
            int[] lengths,
            boolean[] ended,
            float[][] logProbs) {
        this.rows = rows;
        this.padding = padding;
        this.promptLength = promptLength;
        this.lengths = lengths;
        this.ended = ended;
        this.logProbs = logProbs;
    }

    /**
     * Returns {@code [batch][promptLength + width]}: prompt padded on the left, response padded on
     * the right.
     */
    public long[][] rows() {
        return rows;
    }

    /** Returns how many tokens at the left of each row are padding. */
    public int[] padding() {
        return padding;
    }

    /** Returns the number of columns of the prompt. */
    public int promptLength() {
        return promptLength;
    }

    /** Returns the response tokens of each row, the end of sequence included, in [1, width]. */
    public int[] lengths() {
        return lengths;
    }

    /** Returns whether each response ended by itself; otherwise it was cut at the limit. */
    public boolean[] ended() {
        return ended;
    }

    /**
     * Returns {@code [batch][width]}: log-probability of each response token under the sampling
     * distribution (at temperature 1 when the decoding was greedy), recorded when it was sampled; 0
     * after the response's end.
     */
    public float[][] logProbs() {
        return logProbs;
    }

    /** Returns the number of responses. */
    public int batch() {
        return rows.length;
    }

    /** Returns the number of response columns. */
    public int width() {
        return rows[0].length - promptLength;
    }

    /**
     * Returns a response's tokens without the end of sequence.
     *
     * @param row the response
     * @return its tokens
     */
    public int[] response(int row) {
        int length = ended[row] ? lengths[row] - 1 : lengths[row];
        return Arrays.stream(rows[row], promptLength, promptLength + length)
                .mapToInt(Math::toIntExact)
                .toArray();
    }
}
