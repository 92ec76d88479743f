package dev.rft.core.rollout;

import java.util.Arrays;

/**
 * Sampled responses, on the host.
 *
 * @param rows {@code [batch][promptLength + width]}: prompt padded on the left, response padded on the right
 * @param padding padding tokens at the left of each row
 * @param promptLength columns of the prompt
 * @param lengths response tokens of each row, the end of sequence included, in [1, width]
 * @param ended whether each response ended by itself; otherwise it was cut at the limit
 * @param logProbs {@code [batch][width]}: log-probability of each response token under the sampling distribution (at
 *     temperature 1 when the decoding was greedy), recorded when it was sampled; 0 after the response's end
 */
public record Rollout(
        long[][] rows,
        int[] padding,
        int promptLength,
        int[] lengths,
        boolean[] ended,
        float[][] logProbs) {

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
