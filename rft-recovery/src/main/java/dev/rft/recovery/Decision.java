package dev.rft.recovery;

import dev.rft.monitor.Finding;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a session says of an observation.
 *
 * @param action what to do before the next step
 * @param note why it is that action and not another, in words; empty when there is nothing to say
 * @param findings the verdicts of all detectors; copied
 * @param incident the open incident, or the one that this observation closed; empty on a healthy
 *     step
 * @param verified the earlier action whose outcome this observation settled. One that turned a knob
 *     and did not help is to be undone by whoever drives the loop; {@link Supervisor} does
 */
public record Decision(
        RecoveryAction action,
        String note,
        List<Finding> findings,
        Optional<Incident> incident,
        Optional<Attempt> verified) {

    /** Copies the list and checks that nothing is missing. */
    public Decision {
        Objects.requireNonNull(action, "action");
        Objects.requireNonNull(note, "note");
        Objects.requireNonNull(incident, "incident");
        Objects.requireNonNull(verified, "verified");
        findings = List.copyOf(findings);
    }
}
