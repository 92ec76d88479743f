package dev.rft.monitor;

import java.util.function.DoubleFunction;

/** A factory that is its parts. */
record PlainFactory(
        String id, EvidenceClass evidenceClass, double weight, DoubleFunction<Detector> maker)
        implements DetectorFactory {

    @Override
    public Detector create(double falseAlarmsPerStep) {
        return maker.apply(falseAlarmsPerStep);
    }
}
