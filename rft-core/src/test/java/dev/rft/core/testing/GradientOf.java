package dev.rft.core.testing;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.training.GradientCollector;
import java.util.function.Function;

/** A scalar function's value and its gradient with respect to one array. */
public final class GradientOf {

    private final double value;
    private final double[] gradient;

    private GradientOf(double value, double[] gradient) {
        this.value = value;
        this.gradient = gradient;
    }

    /** Returns the value. */
    public double value() {
        return value;
    }

    /** Returns the gradient, flattened. */
    public double[] gradient() {
        return gradient;
    }

    /** Evaluates a function at an array, which is changed only in that it holds a gradient. */
    public static GradientOf at(NDArray input, Function<NDArray, NDArray> function) {
        input.setRequiresGradient(true);
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            double value;
            try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                NDArray result = function.apply(input);
                value = result.getFloat();
                collector.backward(result);
            }
            return new GradientOf(value, Numbers.doubles(input.getGradient()));
        }
    }

    /** Lets an array hold the given gradient, by the way of a backward pass: there is no other. */
    public static void set(NDArray parameter, double... gradient) {
        float[] values = new float[gradient.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) gradient[i];
        }
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            parameter.getGradient().set(new NDIndex("..."), 0f);
            NDArray slope = parameter.getManager().create(values, parameter.getShape());
            try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                collector.backward(parameter.mul(slope).sum());
            }
        }
    }
}
