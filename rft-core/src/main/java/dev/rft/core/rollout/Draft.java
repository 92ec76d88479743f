package dev.rft.core.rollout;

import java.util.Arrays;
import java.util.List;

/** The responses while they grow. */
final class Draft {

    private final Tokenizer tokenizer;
    private final int[][] stops;
    private final long[][] rows;
    private final int[] padding;
    private final int promptLength;
    private final int[] lengths;
    private final Rollout.Ending[] endings;
    private final float[][] logProbs;
    private final float[][] logMass;
    private final boolean[] closed;
    private int open;

    Draft(List<int[]> prompts, Sampling sampling, Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        this.stops =
                sampling.stops().stream()
                        .map(stop -> stop.stream().mapToInt(Integer::intValue).toArray())
                        .toArray(int[][]::new);
        int batch = prompts.size();
        promptLength = prompts.stream().mapToInt(prompt -> prompt.length).max().orElseThrow();
        rows = new long[batch][promptLength + sampling.maxTokens()];
        padding = new int[batch];
        lengths = new int[batch];
        endings = new Rollout.Ending[batch];
        Arrays.fill(endings, Rollout.Ending.LENGTH);
        logProbs = new float[batch][sampling.maxTokens()];
        logMass = new float[batch][sampling.maxTokens()];
        closed = new boolean[batch];
        open = batch;
        for (int row = 0; row < batch; row++) {
            int[] prompt = prompts.get(row);
            padding[row] = promptLength - prompt.length;
            Arrays.fill(rows[row], tokenizer.padding());
            for (int i = 0; i < prompt.length; i++) {
                rows[row][padding[row] + i] = prompt[i];
            }
        }
    }

    int batch() {
        return rows.length;
    }

    int[] padding() {
        return padding;
    }

    long[][] promptRows() {
        return head(promptLength);
    }

    /**
     * Appends a token to every row that has not ended.
     *
     * @param column the response column
     * @param tokens one token per row
     * @param chosen their log-probabilities
     * @param mass log of the mass that each was drawn from; empty when nothing was left out
     */
    void append(int column, long[] tokens, float[] chosen, double[] mass) {
        for (int row = 0; row < rows.length; row++) {
            if (!closed[row]) {
                rows[row][promptLength + column] = tokens[row];
                logProbs[row][column] = chosen[row];
                logMass[row][column] = mass.length == 0 ? 0 : (float) mass[row];
                lengths[row] = column + 1;
                if (tokens[row] == tokenizer.endOfSequence()) {
                    close(row, Rollout.Ending.END_OF_SEQUENCE);
                } else if (stops(row)) {
                    close(row, Rollout.Ending.STOP_SEQUENCE);
                }
            }
        }
    }

    boolean finished() {
        return open == 0;
    }

    Rollout rollout(int width) {
        return new Rollout(
                head(promptLength + width),
                padding,
                promptLength,
                lengths,
                endings,
                head(logProbs, width),
                head(logMass, width));
    }

    private void close(int row, Rollout.Ending ending) {
        closed[row] = true;
        endings[row] = ending;
        open--;
    }

    private boolean stops(int row) {
        int end = promptLength + lengths[row];
        for (int[] stop : stops) {
            int length = stop.length;
            boolean matches = length <= lengths[row];
            for (int i = 0; matches && i < length; i++) {
                matches = rows[row][end - length + i] == stop[i];
            }
            if (matches) {
                return true;
            }
        }
        return false;
    }

    private long[][] head(int columns) {
        long[][] head = new long[rows.length][];
        Arrays.setAll(head, row -> Arrays.copyOf(rows[row], columns));
        return head;
    }

    private static float[][] head(float[][] values, int columns) {
        float[][] head = new float[values.length][];
        Arrays.setAll(head, row -> Arrays.copyOf(values[row], columns));
        return head;
    }
}
