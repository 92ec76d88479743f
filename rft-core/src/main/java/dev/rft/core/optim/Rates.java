package dev.rft.core.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Learning rate and weight decay of each parameter in one step, as tensors made once per group: a
 * Java number as an operand costs more. They end with the scope that they are made in.
 */
final class Rates {

    private final Map<String, ParameterGroup> groups;
    private final Map<ParameterGroup, NDArray> rates = new HashMap<>();
    private final Map<ParameterGroup, NDArray> decays = new HashMap<>();

    Rates(
            NDManager manager,
            Map<String, ParameterGroup> groups,
            ToDoubleFunction<ParameterGroup> rate,
            ToDoubleFunction<ParameterGroup> decay) {
        this.groups = groups;
        for (ParameterGroup group : groups.values()) {
            if (!rates.containsKey(group)) {
                rates.put(group, manager.create((float) rate.applyAsDouble(group)));
                if (group.weightDecay() > 0) {
                    decays.put(group, manager.create((float) decay.applyAsDouble(group)));
                }
            }
        }
    }

    /** Refuses a step before it changes anything. */
    static void check(double learningRate, Set<String> parameters, Set<String> known) {
        if (!(learningRate >= 0 && Double.isFinite(learningRate))) {
            throw new IllegalArgumentException(
                    "learning rate: must be >= 0 and finite, was " + learningRate);
        }
        for (String name : parameters) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(
                        "parameter " + name + ": must be one of those given at first, was not");
            }
        }
    }

    NDArray rate(String parameter) {
        return Objects.requireNonNull(rates.get(groups.get(parameter)));
    }

    /** Weight decay of a parameter; null when there is none. */
    @Nullable NDArray decay(String parameter) {
        return decays.get(groups.get(parameter));
    }
}
