package dev.rft.core.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import java.util.Collection;

/** What is done to all gradients of a model at once, in place. */
public final class Gradients {

    private static final NDIndex ALL = new NDIndex("...");

    private Gradients() {}

    /**
     * Sets all gradients to 0, whatever they hold: a product with 0 would keep NaN.
     *
     * @param parameters arrays that require a gradient; borrowed
     */
    public static void zero(Collection<NDArray> parameters) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            for (NDArray parameter : parameters) {
                parameter.getGradient().set(ALL, 0f);
            }
        }
    }

    /**
     * Computes the Euclidean norm of all gradients together.
     *
     * @param parameters arrays that hold a gradient; borrowed
     * @return the norm; NaN or infinite when any entry is, or when the sum of squares overflows
     *     float32
     */
    public static double globalNorm(Collection<NDArray> parameters) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDList squares = new NDList(parameters.size());
            for (NDArray parameter : parameters) {
                squares.add(parameter.getGradient().square().sum());
            }
            return Math.sqrt(NDArrays.stack(squares).sum().getFloat());
        }
    }

    /**
     * Scales all gradients so that their global norm is at most a bound.
     *
     * @param parameters arrays that hold a gradient; borrowed
     * @param norm their present norm, as {@link #globalNorm} gave it, finite
     * @param bound the largest allowed norm, above 0
     */
    public static void clip(Collection<NDArray> parameters, double norm, double bound) {
        if (!(bound > 0) || !Double.isFinite(norm)) {
            throw new IllegalArgumentException(
                    "clip: bound must be > 0 and norm finite, were " + bound + ", " + norm);
        }
        if (norm <= bound) {
            return;
        }
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            float factor = (float) (bound / norm);
            for (NDArray parameter : parameters) {
                parameter.getGradient().muli(factor);
            }
        }
    }
}
