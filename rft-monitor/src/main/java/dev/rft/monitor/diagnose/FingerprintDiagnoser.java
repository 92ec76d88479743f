package dev.rft.monitor.diagnose;

import dev.rft.api.signal.Observation;
import dev.rft.monitor.Finding;
import java.util.List;

/** Names what is wrong. */
public final class FingerprintDiagnoser implements Diagnoser {

    private FingerprintDiagnoser() {}

    /** Returns the diagnoser. */
    public static FingerprintDiagnoser standard() {
        return new FingerprintDiagnoser();
    }

    @Override
    public Diagnosis diagnose(List<Finding> findings, List<Observation> recent) {
        return Diagnosis.unknown();
    }
}
