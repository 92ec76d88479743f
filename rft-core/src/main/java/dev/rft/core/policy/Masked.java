package dev.rft.core.policy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;

/**
 * Selection by a mask. A masked value is replaced before anything is computed from it, never
 * multiplied by 0: 0 times NaN is NaN, in a value and in a gradient.
 */
final class Masked {

    private Masked() {}

    /** Keeps the values where the mask is true and puts 0 elsewhere, with gradient 0 there. */
    static NDArray select(NDArray mask, NDArray values) {
        return NDArrays.where(mask, values, values.getManager().create(0f));
    }

    /** Keeps the values where the mask is true and puts 0 elsewhere, cut off from the gradient. */
    static NDArray constant(NDArray mask, NDArray values) {
        return select(mask, values.stopGradient());
    }
}
