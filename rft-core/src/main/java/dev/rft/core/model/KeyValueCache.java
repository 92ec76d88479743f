package dev.rft.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;

/**
 * Keys and values of the tokens read so far, per block. Owns its arrays, whatever scope they were
 * made in.
 */
final class KeyValueCache implements AutoCloseable {

    private final NDArray[] keys;
    private final NDArray[] values;
    private boolean filled;

    KeyValueCache(int layers) {
        keys = new NDArray[layers];
        values = new NDArray[layers];
    }

    /** Appends {@code [batch, heads, width, new]} and returns all keys so far; borrowed. */
    NDArray extendKeys(int layer, NDArray added) {
        return extend(keys, layer, added, 3);
    }

    /** Appends {@code [batch, heads, new, width]} and returns all values so far; borrowed. */
    NDArray extendValues(int layer, NDArray added) {
        return extend(values, layer, added, 2);
    }

    /** To be called after each forward pass. */
    void advance() {
        filled = true;
    }

    @Override
    public void close() {
        if (filled) {
            for (int layer = 0; layer < keys.length; layer++) {
                keys[layer].close();
                values[layer].close();
            }
            filled = false;
        }
    }

    private NDArray extend(NDArray[] held, int layer, NDArray added, int axis) {
        NDArray longer = filled ? held[layer].concat(added, axis) : added.duplicate();
        if (filled) {
            held[layer].close();
        }
        NDScope.unregister(longer);
        held[layer] = longer;
        return longer;
    }
}
