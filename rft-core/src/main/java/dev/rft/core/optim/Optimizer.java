package dev.rft.core.optim;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import java.util.SortedMap;

/**
 * Changes parameters along their gradients. Its state is named tensors, so that a snapshot can copy
 * it and restore it in place. Called with gradient mode off, by one thread.
 */
public interface Optimizer extends AutoCloseable {

    /**
     * Makes one update from the gradients that the parameters hold.
     *
     * @param parameters the parameters by name, changed in place; borrowed
     * @param learningRate the learning rate of this update, at least 0
     * @return the global norm of the change
     */
    double step(Map<String, NDArray> parameters, double learningRate);

    /** Returns the state by name; borrowed, the same arrays for the optimizer's lifetime. */
    SortedMap<String, NDArray> state();

    /** Forgets what it has learned: the state is as new. */
    void reset();

    /** Frees the state. */
    @Override
    void close();
}
