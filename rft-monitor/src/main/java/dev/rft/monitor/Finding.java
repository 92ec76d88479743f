package dev.rft.monitor;

import java.util.Objects;

/**
 * A verdict and whose it is.
 *
 * @param detector id of the detector
 * @param evidenceClass the kind of evidence it rests on
 * @param verdict what it says
 */
public record Finding(String detector, EvidenceClass evidenceClass, Verdict verdict) {

    /** Checks that nothing is missing. */
    public Finding {
        Objects.requireNonNull(detector, "detector");
        Objects.requireNonNull(evidenceClass, "evidenceClass");
        Objects.requireNonNull(verdict, "verdict");
    }

    /** Tells whether this is an alarm. */
    public boolean alarm() {
        return verdict instanceof Verdict.Violated;
    }
}
