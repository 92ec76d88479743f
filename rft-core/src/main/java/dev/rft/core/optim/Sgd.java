package dev.rft.core.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Stochastic gradient descent with momentum (Sutskever et al., ICML 2013).
 *
 * <p>Implementation note. {@code d = g + decay w}, {@code b <- momentum b + d}, {@code w <- w - lr
 * b}, or with Nesterov {@code w <- w - lr (d + momentum b)}: PyTorch's form, in which the weight
 * decay is part of the gradient (for plain SGD the same as the decoupled one, with momentum not)
 * and the learning rate is outside the buffer. The buffers start at 0, so that the first step is
 * that of plain SGD. Without momentum there is no state. As with {@link AdamW}, keeping gradients
 * that are not finite away is the caller's gate.
 */
public final class Sgd implements Optimizer {

    private static final NDIndex ALL = new NDIndex("...");

    /**
     * What does not change from step to step.
     *
     * @param momentum share of the buffer that a step keeps, in [0, 1)
     * @param nesterov whether the step looks ahead along the buffer; needs momentum
     * @param weightDecay added to the gradient per unit of weight, at least 0
     */
    public record Config(double momentum, boolean nesterov, double weightDecay) {

        /** Checks the ranges. */
        public Config {
            if (!(momentum >= 0 && momentum < 1)) {
                throw new IllegalArgumentException("momentum: must be in [0, 1), was " + momentum);
            }
            if (nesterov && momentum == 0) {
                throw new IllegalArgumentException(
                        "momentum: must be > 0 with nesterov, was " + momentum);
            }
            if (!(weightDecay >= 0 && Double.isFinite(weightDecay))) {
                throw new IllegalArgumentException(
                        "weightDecay: must be >= 0 and finite, was " + weightDecay);
            }
        }

        /** Returns plain gradient descent: no momentum, no weight decay. */
        public static Config defaults() {
            return new Config(0, false, 0);
        }
    }

    private final Config config;
    private final NDManager manager;
    private final TreeMap<String, NDArray> state = new TreeMap<>();
    private final Map<String, ParameterGroup> groups;

    /**
     * Makes an optimizer with empty buffers, the same settings for all parameters.
     *
     * @param parent its sub-manager owns the state
     * @param parameters the parameters that it will update; borrowed for their names and shapes
     * @param config its constants
     */
    public Sgd(NDManager parent, Map<String, NDArray> parameters, Config config) {
        this(parent, parameters, config, List.of());
    }

    /**
     * Makes an optimizer with empty buffers.
     *
     * @param parent its sub-manager owns the state
     * @param parameters the parameters that it will update; borrowed for their names and shapes
     * @param config its constants
     * @param groups settings by name, the first that matches holds
     */
    public Sgd(
            NDManager parent,
            Map<String, NDArray> parameters,
            Config config,
            List<ParameterGroup> groups) {
        this.config = config;
        this.groups = ParameterGroup.assign(parameters.keySet(), groups, config.weightDecay());
        this.manager = parent.newSubManager();
        manager.setName("sgd");
        if (config.momentum() > 0) {
            parameters.forEach(
                    (name, parameter) ->
                            state.put("momentum." + name, manager.zeros(parameter.getShape())));
        }
    }

    @Override
    public double step(Map<String, NDArray> parameters, double learningRate) {
        Rates.check(learningRate, parameters.keySet(), groups.keySet());
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Rates rates =
                    new Rates(
                            manager,
                            groups,
                            group -> learningRate * group.rateScale(),
                            ParameterGroup::weightDecay);
            NDArray momentum = manager.create((float) config.momentum());
            NDList squares = new NDList(parameters.size());
            parameters.forEach(
                    (name, parameter) -> {
                        NDArray change =
                                direction(name, parameter, rates.decay(name), momentum)
                                        .mul(rates.rate(name));
                        parameter.subi(change);
                        squares.add(change.square().sum());
                    });
            return Math.sqrt(NDArrays.stack(squares).sum().getFloat());
        }
    }

    @Override
    public SortedMap<String, NDArray> state() {
        return Collections.unmodifiableSortedMap(state);
    }

    @Override
    public void reset() {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            state.forEach((name, values) -> values.set(ALL, 0));
        }
    }

    @Override
    public void close() {
        manager.close();
    }

    private NDArray direction(
            String name, NDArray parameter, @Nullable NDArray decay, NDArray momentum) {
        NDArray gradient = parameter.getGradient();
        NDArray slope = decay == null ? gradient : parameter.mul(decay).addi(gradient);
        NDArray buffer = state.get("momentum." + name);
        if (buffer == null) {
            return slope;
        }
        buffer.muli(momentum).addi(slope);
        return config.nesterov() ? buffer.mul(momentum).addi(slope) : buffer;
    }
}
