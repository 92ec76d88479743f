package dev.rft.core.train;

import dev.rft.api.control.Proposal;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import java.util.Map;

/** An update whose gradient the parameters hold, known by its numbers. */
final class Update implements Proposal {

    private final Map<Signal, Double> values;

    private Update(Map<Signal, Double> values) {
        this.values = values;
    }

    static Update of(double loss, double gradientNorm) {
        return new Update(Map.of(Signals.LOSS_POLICY, loss, Signals.GRAD_NORM, gradientNorm));
    }

    /** The update of a batch in which nothing counts: to apply it changes nothing. */
    static Update nothing() {
        return new Update(Map.of());
    }

    boolean isEmpty() {
        return values.isEmpty();
    }

    double loss() {
        return values.getOrDefault(Signals.LOSS_POLICY, Double.NaN);
    }

    double gradientNorm() {
        return values.getOrDefault(Signals.GRAD_NORM, Double.NaN);
    }

    @Override
    public Map<Signal, Double> values() {
        return values;
    }
}
