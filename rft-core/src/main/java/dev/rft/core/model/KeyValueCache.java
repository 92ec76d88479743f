package dev.rft.core.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values of the tokens read so far, per block. Owns its arrays, whatever scope they were
 * made in.
 */
final class KeyValueCache implements AutoCloseable {

    private final @Nullable NDArray[] keys;
    private final @Nullable NDArray[] values;
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

    /** Frees what is held, also that of a first forward pass that did not come to its end. */
    @Override
    public void close() {
        free(keys);
        free(values);
        filled = false;
    }

    private static void free(@Nullable NDArray[] held) {
        for (int layer = 0; layer < held.length; layer++) {
            NDArray array = held[layer];
            if (array != null) {
                array.close();
                held[layer] = null;
            }
        }
    }

    private NDArray extend(@Nullable NDArray[] held, int layer, NDArray added, int axis) {
        NDArray before = held[layer];
        if (filled != (before != null)) {
            throw new IllegalStateException(
                    "key/value cache: must hold all blocks or none, an earlier pass broke off");
        }
        NDArray longer = before == null ? added.duplicate() : before.concat(added, axis);
        if (before != null) {
            before.close();
        }
        NDScope.unregister(longer);
        held[layer] = longer;
        return longer;
    }
}
