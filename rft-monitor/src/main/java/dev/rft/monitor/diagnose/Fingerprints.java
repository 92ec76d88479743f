package dev.rft.monitor.diagnose;

import java.util.List;
import java.util.Objects;

/**
 * What causes look like, and how far that is to be believed.
 *
 * @param stages which signals show which part of the step
 * @param causes a fingerprint per cause; copied
 * @param checks what can be tried to tell causes apart; copied
 * @param abstain the score of UNKNOWN, finite
 * @param temperature what scores are divided by, above 0
 * @param carries how probable it is that the causes known here are all there are, in (0, 1]
 */
record Fingerprints(
        Stages stages,
        List<Fingerprint> causes,
        List<Experiment> checks,
        double abstain,
        double temperature,
        double carries) {

    Fingerprints {
        Objects.requireNonNull(stages, "stages");
        causes = List.copyOf(causes);
        checks = List.copyOf(checks);
        if (!Double.isFinite(abstain)) {
            throw new IllegalArgumentException("abstain: must be finite, was " + abstain);
        }
        if (!(temperature > 0 && Double.isFinite(temperature))) {
            throw new IllegalArgumentException("temperature: must be above 0, was " + temperature);
        }
        if (!(carries > 0 && carries <= 1)) {
            throw new IllegalArgumentException("carries: must be in (0, 1], was " + carries);
        }
        if (causes.stream().map(Fingerprint::cause).distinct().count() != causes.size()) {
            throw new IllegalArgumentException("causes: must be different, were not");
        }
    }
}
