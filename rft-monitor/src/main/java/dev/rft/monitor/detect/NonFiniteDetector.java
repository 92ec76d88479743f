package dev.rft.monitor.detect;

import dev.rft.api.signal.Observation;
import dev.rft.monitor.Detector;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.Verdict;

/** Finds NaN and infinity in any signal, from the first step on. */
final class NonFiniteDetector implements Detector {

    @Override
    public Verdict inspect(Observation observation) {
        if (observation.step().values().isEmpty()) {
            return Verdict.notEvaluated("no signals");
        }
        return observation.step().values().entrySet().stream()
                .filter(entry -> !Double.isFinite(entry.getValue()))
                .findFirst()
                .map(
                        entry ->
                                Verdict.violated(
                                        Evidence.of(entry.getKey(), entry.getValue(), "finite")
                                                .since(observation.key().step())
                                                .asInvariant()))
                .orElse(Verdict.healthy());
    }
}
