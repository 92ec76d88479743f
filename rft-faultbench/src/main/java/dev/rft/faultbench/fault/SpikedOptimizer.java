package dev.rft.faultbench.fault;

import ai.djl.ndarray.NDArray;
import dev.rft.core.optim.Optimizer;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.DoubleSupplier;

/** An optimizer that multiplies the learning rate that it is given. */
final class SpikedOptimizer implements Optimizer {

    private final Optimizer honest;
    private final DoubleSupplier factor;

    SpikedOptimizer(Optimizer honest, DoubleSupplier factor) {
        this.honest = honest;
        this.factor = factor;
    }

    @Override
    public double step(Map<String, NDArray> parameters, double learningRate) {
        return honest.step(parameters, learningRate * factor.getAsDouble());
    }

    @Override
    public SortedMap<String, NDArray> state() {
        return honest.state();
    }

    @Override
    public void reset() {
        honest.reset();
    }

    @Override
    public void close() {
        honest.close();
    }
}
