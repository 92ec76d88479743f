package dev.rft.monitor.detect;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.monitor.Detector;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.Verdict;
import java.util.Map;

/** Finds NaN and infinity in any signal, from the first step on. */
final class NonFiniteDetector implements Detector {

    @Override
    public Verdict inspect(Observation observation) {
        if (observation.step().values().isEmpty()) {
            return Verdict.notEvaluated("no signals");
        }
        for (Map.Entry<Signal, Double> entry : observation.step().values().entrySet()) {
            if (!Double.isFinite(entry.getValue())) {
                return Verdict.violated(
                        Evidence.of(entry.getKey(), entry.getValue(), "finite")
                                .since(observation.key().step())
                                .asInvariant());
            }
        }
        return Verdict.healthy();
    }
}
