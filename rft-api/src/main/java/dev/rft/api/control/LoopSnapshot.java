package dev.rft.api.control;

import dev.rft.api.signal.StepKey;

/**
 * The complete state of a loop at a step boundary: weights, moments, knobs, random state, data
 * cursor. Immutable. It may hold device memory: whoever asked for it closes it.
 */
public interface LoopSnapshot extends AutoCloseable {

    /** Returns the step whose end state this is. */
    StepKey key();

    /** Returns the bytes it holds. */
    long bytes();

    /** Frees what it holds. A second call does nothing. */
    @Override
    void close();
}
