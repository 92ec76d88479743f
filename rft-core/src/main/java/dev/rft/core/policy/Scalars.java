package dev.rft.core.policy;

import ai.djl.ndarray.NDArray;

/**
 * Products and quotients with a number, whose gradient is right.
 *
 * <p>Implementation note. DJL's {@code mul(Number)} and {@code div(Number)} lay the number out in a
 * buffer of the JVM, make a tensor of that memory, and close it before they return. The gradient's
 * graph keeps the tensor and not the buffer: a garbage collection before the backward pass frees
 * the memory, and the gradient is multiplied by whatever stands there then. Here the tensor lives
 * as long as what it was multiplied with: to the end of the scope, or of the manager.
 */
final class Scalars {

    private Scalars() {}

    /** Multiplies by a number, in float32. */
    static NDArray times(NDArray values, double factor) {
        return values.mul(values.getManager().create((float) factor));
    }

    /** Divides by a number, in float32. */
    static NDArray over(NDArray values, double divisor) {
        return values.div(values.getManager().create((float) divisor));
    }
}
