package dev.rft.monitor;

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
}
