package dev.rft.faultbench.bench;

import dev.rft.api.control.Batch;
import dev.rft.api.control.Knob;
import dev.rft.api.control.TrainingLoop;
import dev.rft.api.signal.StepKey;
import dev.rft.faultbench.fault.ForwardingLoop;
import java.util.Map;

/** Turns a knob once, as the operator of a run may, before the executed step of a number. */
final class BenignLoop extends ForwardingLoop {

    private final Benign change;
    private final long onset;
    private long executed;

    BenignLoop(TrainingLoop loop, Benign change, long onset) {
        super(loop);
        this.change = change;
        this.onset = onset;
    }

    @Override
    public Batch collect(StepKey key) {
        executed++;
        if (executed == onset) {
            switch (change) {
                case LR_HALVED -> scale(Knob.LEARNING_RATE, 0.5);
                case LR_DOUBLED -> scale(Knob.LEARNING_RATE, 2);
                case TEMPERATURE -> scale(Knob.TEMPERATURE, 0.9);
                default -> {
                    // The trainer that takes over at the fork is the change.
                }
            }
        }
        return super.collect(key);
    }

    private void scale(Knob knob, double factor) {
        Map<Knob, Double> knobs = knobs();
        setKnob(knob, knobs.getOrDefault(knob, Double.NaN) * factor);
    }
}
