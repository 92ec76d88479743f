package dev.rft.monitor;

import java.util.Objects;
import java.util.function.DoubleFunction;

/**
 * Makes a detector of one kind. Built-in detectors, and those that take a share of the alarm
 * budget, come from one.
 */
public interface DetectorFactory {

    /**
     * Returns the id, unique within a monitor, lower case with dashes: {@code gradient-explosion}.
     */
    String id();

    /** Returns the kind of evidence its verdicts are. */
    EvidenceClass evidenceClass();

    /**
     * Returns its share of the alarm budget relative to the others; 0 for pure invariants, which
     * take none.
     */
    double weight();

    /**
     * Makes a detector in its initial state.
     *
     * @param falseAlarmsPerStep how many false alarms per healthy step this detector may give
     * @return the detector
     */
    Detector create(double falseAlarmsPerStep);

    /**
     * Makes a factory of its parts.
     *
     * @param id see {@link #id()}
     * @param evidenceClass see {@link #evidenceClass()}
     * @param weight see {@link #weight()}
     * @param create see {@link #create}; must give a new detector each time
     * @return the factory
     */
    static DetectorFactory of(
            String id,
            EvidenceClass evidenceClass,
            double weight,
            DoubleFunction<Detector> create) {
        return new PlainFactory(
                Objects.requireNonNull(id, "id"),
                Objects.requireNonNull(evidenceClass, "evidenceClass"),
                weight,
                Objects.requireNonNull(create, "create"));
    }
}
