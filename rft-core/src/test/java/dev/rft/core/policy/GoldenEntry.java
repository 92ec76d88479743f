package dev.rft.core.policy;

import ai.djl.ndarray.NDArray;
import com.fasterxml.jackson.databind.JsonNode;
import dev.rft.core.testing.EngineExtension;
import java.util.Arrays;
import java.util.Iterator;

/** One entry of the golden file: its inputs on the host and as tensors. */
final class GoldenEntry {

    private final EngineExtension engine;
    private final JsonNode node;

    GoldenEntry(EngineExtension engine, JsonNode node) {
        this.engine = engine;
        this.node = node;
    }

    NDArray tensor(String name) {
        return engine.matrix(matrix(name));
    }

    double[][] matrix(String name) {
        return matrix(node.path(name));
    }

    boolean[][] mask() {
        return Arrays.stream(matrix("mask"))
                .map(
                        row -> {
                            boolean[] counts = new boolean[row.length];
                            for (int t = 0; t < row.length; t++) {
                                counts[t] = row[t] != 0;
                            }
                            return counts;
                        })
                .toArray(boolean[][]::new);
    }

    NDArray maskTensor() {
        return engine.mask(ints(matrix("mask")));
    }

    NDArray everywhere() {
        double[][] ones = matrix("mask");
        Arrays.stream(ones).forEach(row -> Arrays.fill(row, 1));
        return engine.mask(ints(ones));
    }

    /** The sequences' advantages, broadcast over all places. */
    double[][] advantage() {
        double[] perRow = row(node.path("advantage_per_sequence"));
        double[][] spread = matrix("mask");
        for (int i = 0; i < spread.length; i++) {
            Arrays.fill(spread[i], perRow[i]);
        }
        return spread;
    }

    PolicyBatch batch(NDArray logProb) {
        return new PolicyBatch(
                logProb,
                tensor("old_logprob"),
                tensor("ref_logprob"),
                engine.matrix(advantage()),
                maskTensor());
    }

    Episodes episodes() {
        return new Episodes(
                matrix("token_reward"), mask(), matrix("values"), node.path("group_size").asInt(1));
    }

    boolean hasEmptyRow() {
        return Arrays.stream(matrix("mask")).anyMatch(row -> Arrays.stream(row).sum() == 0);
    }

    /** Largest mean of {@code l - l_old} over the response tokens of a row. */
    double largestRowMean() {
        double[][] now = matrix("logprob");
        double[][] old = matrix("old_logprob");
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < now.length; i++) {
            double sum = 0;
            for (int t = 0; t < now[i].length; t++) {
                sum += mask()[i][t] ? now[i][t] - old[i][t] : 0;
            }
            largest = Math.max(largest, sum / Math.max(Tokens.count(mask()[i]), 1));
        }
        return largest;
    }

    /** Largest {@code |l - l_old|} anywhere. */
    double largestDifference() {
        double[][] now = matrix("logprob");
        double[][] old = matrix("old_logprob");
        double largest = 0;
        for (int i = 0; i < now.length; i++) {
            for (int t = 0; t < now[i].length; t++) {
                largest = Math.max(largest, Math.abs(now[i][t] - old[i][t]));
            }
        }
        return largest;
    }

    /** The entries of a matrix, 0 where the mask is false. */
    double[] flatMasked(JsonNode matrix) {
        double[] values = flat(matrix);
        double[] mask = flat(matrix("mask"));
        Arrays.setAll(values, i -> mask[i] != 0 ? values[i] : 0);
        return values;
    }

    static double[] flat(JsonNode node) {
        return flat(matrix(node));
    }

    static double[] flat(double[][] matrix) {
        return Arrays.stream(matrix).flatMapToDouble(Arrays::stream).toArray();
    }

    static double[][] matrix(JsonNode node) {
        double[][] rows = new double[node.size()][];
        Iterator<JsonNode> elements = node.elements();
        Arrays.setAll(rows, i -> row(elements.next()));
        return rows;
    }

    static double[] row(JsonNode node) {
        double[] values = new double[node.size()];
        Iterator<JsonNode> elements = node.elements();
        Arrays.setAll(values, i -> elements.next().doubleValue());
        return values;
    }

    private static int[][] ints(double[][] mask) {
        return Arrays.stream(mask)
                .map(row -> Arrays.stream(row).mapToInt(value -> value != 0 ? 1 : 0).toArray())
                .toArray(int[][]::new);
    }
}
