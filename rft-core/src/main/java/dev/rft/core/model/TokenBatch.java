package dev.rft.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/**
 * Sequences of equal length, padded on the left, ready for a {@link PolicyModel}.
 *
 * @param tokens {@code [batch, seq]} int64; any valid token on padding
 * @param positions {@code [batch, seq]} int64, from 0 at each row's first real token; 0 on padding
 * @param real {@code [batch, seq]} boolean, false on padding
 */
public record TokenBatch(NDArray tokens, NDArray positions, NDArray real) {

    /**
     * Lays rows out as tensors.
     *
     * @param manager owns the new tensors
     * @param rows tokens per row, all of one length, row-major
     * @param padding how many tokens at the left of each row are padding
     * @return the batch; its tensors belong to {@code manager}
     */
    public static TokenBatch of(NDManager manager, long[][] rows, int[] padding) {
        int batch = rows.length;
        if (batch == 0 || padding.length != batch) {
            throw new IllegalArgumentException(
                    "rows and padding: must be as many, at least 1, were "
                            + batch
                            + ", "
                            + padding.length);
        }
        int length = rows[0].length;
        long[] tokens = new long[batch * length];
        long[] positions = new long[batch * length];
        boolean[] real = new boolean[batch * length];
        for (int row = 0; row < batch; row++) {
            if (rows[row].length != length || padding[row] < 0 || padding[row] >= length) {
                throw new IllegalArgumentException(
                        "row "
                                + row
                                + ": must have "
                                + length
                                + " tokens, fewer of them padding, had "
                                + rows[row].length
                                + ", "
                                + padding[row]);
            }
            System.arraycopy(rows[row], 0, tokens, row * length, length);
            for (int column = padding[row]; column < length; column++) {
                positions[row * length + column] = (long) column - padding[row];
                real[row * length + column] = true;
            }
        }
        Shape shape = new Shape(batch, length);
        return new TokenBatch(
                manager.create(tokens, shape),
                manager.create(positions, shape),
                manager.create(real, shape));
    }

    /** Returns the number of rows. */
    public long batch() {
        return tokens.getShape().get(0);
    }

    /** Returns the number of columns. */
    public long length() {
        return tokens.getShape().get(1);
    }
}
