package dev.rft.faultbench.bench;

import dev.rft.api.control.LoopSnapshot;
import dev.rft.api.control.TrainingLoop;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.StepKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;

/**
 * One healthy run, with its state after every step, from which all branches fork. So the steps
 * before a fault are paid for once, and a branch and its twin are equal up to the fault bit for
 * bit.
 */
final class Trunk implements AutoCloseable {

    private final List<LoopSnapshot> snapshots = new ArrayList<>();
    private final List<Observation> observations = new ArrayList<>();
    private final Map<Long, Double> accuracies = new HashMap<>();

    /**
     * Runs a loop.
     *
     * @param loop the loop, before its first step
     * @param steps how many steps
     * @param each told of every step once it is over
     */
    Trunk(TrainingLoop loop, int steps, Consumer<Observation> each) {
        snapshots.add(loop.snapshot());
        StepKey key = StepKey.START;
        for (int step = 1; step <= steps; step++) {
            key = key.next();
            Observation observation = loop.step(key);
            observations.add(observation);
            snapshots.add(loop.snapshot());
            each.accept(observation);
        }
    }

    int steps() {
        return observations.size();
    }

    /** Returns what a step showed, counted from 1. */
    Observation observation(long step) {
        return observations.get(Math.toIntExact(step - 1));
    }

    /** Returns the state after a step; 0 for the beginning. The trunk keeps owning it. */
    LoopSnapshot snapshot(long step) {
        return snapshots.get(Math.toIntExact(step));
    }

    /**
     * Returns the accuracy after a step. All cases that fork from there begin with it, so that it
     * is measured once.
     *
     * @param step counted from 1; 0 for the beginning
     * @param measured measures a policy in the state after that step
     */
    double accuracy(long step, DoubleSupplier measured) {
        return accuracies.computeIfAbsent(step, at -> measured.getAsDouble());
    }

    @Override
    public void close() {
        snapshots.forEach(LoopSnapshot::close);
    }
}
