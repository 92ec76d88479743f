package dev.rft.core.model;

import ai.djl.ndarray.NDArray;

/** Decodes a batch token by token. {@link #prefill} comes first and once. */
public interface Decoder extends AutoCloseable {

    /**
     * Reads the prompts.
     *
     * @param prompts the prompts; borrowed
     * @return {@code [batch, vocabulary]}, the logits of the first response token; the caller
     *     closes it
     */
    NDArray prefill(TokenBatch prompts);

    /**
     * Appends a token to every row.
     *
     * @param tokens {@code [batch]} int64; borrowed
     * @return {@code [batch, vocabulary]}, the logits of the token after it; the caller closes it
     */
    NDArray next(NDArray tokens);

    /** Frees what it holds. */
    @Override
    void close();
}
