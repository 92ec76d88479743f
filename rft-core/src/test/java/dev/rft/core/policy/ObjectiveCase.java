package dev.rft.core.policy;

import ai.djl.ndarray.NDArray;
import dev.rft.core.testing.EngineExtension;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Inputs of an objective on the host, and operations on them that must not change its value. */
final class ObjectiveCase {

    private final double[][] logProb;
    private final double[][] old;
    private final double[][] reference;
    private final double[][] rollout;
    private final double[][] entropy;
    private final double[][] advantage;
    private final boolean[][] mask;
    private final boolean[] correct;

    private ObjectiveCase(
            double[][] logProb,
            double[][] old,
            double[][] reference,
            double[][] rollout,
            double[][] entropy,
            double[][] advantage,
            boolean[][] mask,
            boolean[] correct) {
        this.logProb = logProb;
        this.old = old;
        this.reference = reference;
        this.rollout = rollout;
        this.entropy = entropy;
        this.advantage = advantage;
        this.mask = mask;
        this.correct = correct;
    }

    double[][] logProb() {
        return logProb;
    }

    double[][] old() {
        return old;
    }

    double[][] reference() {
        return reference;
    }

    double[][] rollout() {
        return rollout;
    }

    double[][] entropy() {
        return entropy;
    }

    double[][] advantage() {
        return advantage;
    }

    boolean[][] mask() {
        return mask;
    }

    boolean[] correct() {
        return correct;
    }

    /** Draws a case with gaps in the mask and an advantage per sequence of either sign. */
    static ObjectiveCase draw(RandomGenerator random, int rows, int columns) {
        double[][] old = new double[rows][columns];
        double[][] advantage = new double[rows][columns];
        boolean[][] mask = new boolean[rows][columns];
        boolean[] correct = new boolean[rows];
        for (int row = 0; row < rows; row++) {
            double a = random.nextDouble(0.2, 2) * (row % 2 == 0 ? 1 : -1);
            correct[row] = row % 3 == 0;
            for (int t = 0; t < columns; t++) {
                old[row][t] = single(-random.nextDouble(0.2, 3));
                advantage[row][t] = single(a);
                mask[row][t] = random.nextDouble() < 0.7;
            }
            mask[row][random.nextInt(columns)] = true;
        }
        return new ObjectiveCase(
                near(random, old, 0.6),
                old,
                near(random, old, 0.8),
                near(random, old, 0.5),
                near(random, old, 0.3),
                advantage,
                mask,
                correct);
    }

    private static double[][] near(RandomGenerator random, double[][] centre, double distance) {
        return Arrays.stream(centre)
                .map(
                        row ->
                                Arrays.stream(row)
                                        .map(x -> single(x + random.nextDouble(-1, 1) * distance))
                                        .toArray())
                .toArray(double[][]::new);
    }

    /** What float32 holds exactly, so that both sides see the same input. */
    private static double single(double value) {
        return (float) value;
    }

    int rows() {
        return mask.length;
    }

    BatchTotals totals() {
        int tokens = 0;
        int sequences = 0;
        int right = 0;
        for (int row = 0; row < rows(); row++) {
            int n = Tokens.count(mask[row]);
            tokens += n;
            sequences += n > 0 ? 1 : 0;
            right += correct[row] ? n : 0;
        }
        return new BatchTotals(tokens, sequences, right);
    }

    PolicyBatch batch(EngineExtension engine, NDArray input, @Nullable BatchTotals totals) {
        int[][] counted = new int[rows()][];
        int[][] right = new int[rows()][];
        for (int row = 0; row < rows(); row++) {
            counted[row] = new int[mask[row].length];
            right[row] = new int[mask[row].length];
            for (int t = 0; t < mask[row].length; t++) {
                counted[row][t] = mask[row][t] ? 1 : 0;
                right[row][t] = correct[row] ? 1 : 0;
            }
        }
        return new PolicyBatch(
                input,
                engine.matrix(old),
                engine.matrix(reference),
                engine.matrix(advantage),
                engine.mask(counted),
                engine.matrix(rollout),
                engine.matrix(entropy),
                engine.mask(right),
                totals);
    }

    /** The rows in another order, or some of them. */
    ObjectiveCase rows(int... order) {
        boolean[] right = new boolean[order.length];
        boolean[][] counted = new boolean[order.length][];
        for (int i = 0; i < order.length; i++) {
            right[i] = correct[order[i]];
            counted[i] = mask[order[i]];
        }
        return new ObjectiveCase(
                pick(logProb, order),
                pick(old, order),
                pick(reference, order),
                pick(rollout, order),
                pick(entropy, order),
                pick(advantage, order),
                counted,
                right);
    }

    /** Something else at every masked place. */
    ObjectiveCase withGarbage(double garbage) {
        return new ObjectiveCase(
                spoil(logProb, garbage),
                spoil(old, garbage),
                spoil(reference, garbage),
                spoil(rollout, garbage),
                spoil(entropy, garbage),
                spoil(advantage, garbage),
                mask,
                correct);
    }

    /** Two masked columns more, at either end. */
    ObjectiveCase padded() {
        boolean[][] counted = new boolean[rows()][];
        for (int row = 0; row < rows(); row++) {
            counted[row] = new boolean[mask[row].length + 2];
            System.arraycopy(mask[row], 0, counted[row], 1, mask[row].length);
        }
        return new ObjectiveCase(
                pad(logProb),
                pad(old),
                pad(reference),
                pad(rollout),
                pad(entropy),
                pad(advantage),
                counted,
                correct);
    }

    private static double[][] pick(double[][] matrix, int[] order) {
        return Arrays.stream(order).mapToObj(row -> matrix[row]).toArray(double[][]::new);
    }

    private double[][] spoil(double[][] matrix, double garbage) {
        double[][] spoilt = new double[matrix.length][];
        for (int row = 0; row < matrix.length; row++) {
            spoilt[row] = matrix[row].clone();
            for (int t = 0; t < spoilt[row].length; t++) {
                spoilt[row][t] = mask[row][t] ? spoilt[row][t] : garbage;
            }
        }
        return spoilt;
    }

    private static double[][] pad(double[][] matrix) {
        return Arrays.stream(matrix)
                .map(
                        row -> {
                            double[] wide = new double[row.length + 2];
                            System.arraycopy(row, 0, wide, 1, row.length);
                            return wide;
                        })
                .toArray(double[][]::new);
    }
}
