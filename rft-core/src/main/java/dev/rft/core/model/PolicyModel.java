package dev.rft.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.SortedMap;

/**
 * A network that gives the next token's logits. The one thing that training, sampling and snapshots
 * need to know of it. Not safe for use by several threads.
 */
public interface PolicyModel extends AutoCloseable {

    /**
     * Computes logits.
     *
     * @param batch the sequences; borrowed
     * @param from the first column of interest
     * @return {@code [batch, seq - from, vocabulary]}: at each column from {@code from} on, the
     *     logits of the token after it; the caller closes it
     */
    NDArray logits(TokenBatch batch, int from);

    /**
     * Begins token-by-token decoding under the present weights.
     *
     * @return a decoder; the caller closes it, and the weights must not change before
     */
    Decoder decoder();

    /** Returns the parameters by name; borrowed, the same arrays for the model's lifetime. */
    SortedMap<String, NDArray> parameters();

    /** Returns the manager that owns the parameters; for sub-managers. */
    NDManager manager();

    /** Frees the parameters. */
    @Override
    void close();
}
