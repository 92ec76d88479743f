package dev.rft.api.control;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.StepKey;
import dev.rft.api.signal.TrajectorySummary;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A loop made of a function that runs whole steps. The step runs in {@link #observe}: there is
 * nothing to gate.
 */
final class StepFunctionLoop implements TrainingLoop {

    private static final Batch WHOLE_STEP = () -> new TrajectorySummary(List.of());
    private static final Proposal UNKNOWN_UPDATE = Map::<Signal, Double>of;

    private final Function<StepKey, Observation> step;
    private @Nullable StepKey current;

    StepFunctionLoop(Function<StepKey, Observation> step) {
        this.step = Objects.requireNonNull(step, "step");
    }

    @Override
    public Batch collect(StepKey key) {
        current = Objects.requireNonNull(key, "key");
        return WHOLE_STEP;
    }

    @Override
    public Proposal compute(Batch batch) {
        return UNKNOWN_UPDATE;
    }

    @Override
    public void apply(Proposal proposal) {
        // The step makes its own update when it runs.
    }

    @Override
    public void discard(Proposal proposal) {
        throw new UnsupportedOperationException("a loop of whole steps cannot discard an update");
    }

    @Override
    public Observation observe() {
        StepKey key = current;
        if (key == null) {
            throw new IllegalStateException("observe: collect must come first, no step was begun");
        }
        current = null;
        return step.apply(key);
    }
}
