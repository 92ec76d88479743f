package dev.rft.recovery;

import dev.rft.monitor.Finding;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a session says of an observation.
 *
 * @param action what to do before the next step
 * @param findings the verdicts of all detectors; copied
 * @param incident the open incident, or the one that this observation closed; empty on a healthy
 *     step
 */
public record Decision(RecoveryAction action, List<Finding> findings, Optional<Incident> incident) {

    /** Copies the list and checks that nothing is missing. */
    public Decision {
        Objects.requireNonNull(action, "action");
        Objects.requireNonNull(incident, "incident");
        findings = List.copyOf(findings);
    }
}
