package dev.rft.monitor;

import dev.rft.api.signal.Observation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Runs detectors over a stream of observations. */
public final class Monitor {

    private record Entry(EvidenceClass evidenceClass, Detector detector) {}

    private final Map<String, Entry> entries;
    private final Map<String, String> quarantined = new LinkedHashMap<>();

    private Monitor(Map<String, Entry> entries) {
        this.entries = new LinkedHashMap<>(entries);
    }

    /**
     * Makes a monitor.
     *
     * @param budget the alarm budget
     * @return the monitor
     */
    public static Monitor standard(AlarmBudget budget) {
        return builder(budget).build();
    }

    /**
     * Starts a monitor.
     *
     * @param budget the alarm budget
     * @return the builder
     */
    public static Builder builder(AlarmBudget budget) {
        return new Builder(budget);
    }

    /**
     * Runs all detectors.
     *
     * @param observation what the step showed
     * @return a finding per detector
     */
    public List<Finding> inspect(Observation observation) {
        List<Finding> findings = new ArrayList<>();
        entries.forEach((id, entry) -> findings.add(inspect(id, entry, observation)));
        return List.copyOf(findings);
    }

    private Finding inspect(String id, Entry entry, Observation observation) {
        Verdict verdict = Verdict.notEvaluated("quarantined");
        if (!quarantined.containsKey(id)) {
            try {
                verdict = Objects.requireNonNull(entry.detector().inspect(observation), "verdict");
            } catch (RuntimeException e) {
                quarantined.put(id, e.toString());
            }
        }
        return new Finding(id, entry.evidenceClass(), verdict);
    }

    /** Returns what the detectors have learned. */
    public MonitorState save() {
        Map<String, DetectorState> states = new LinkedHashMap<>();
        entries.forEach((id, entry) -> states.put(id, entry.detector().save()));
        return new MonitorState(states);
    }

    /**
     * Takes back what was learned.
     *
     * @param state what {@link #save} returned
     */
    public void restore(MonitorState state) {
        state.detectors()
                .forEach((id, learned) -> Objects.requireNonNull(entries.get(id)).detector().restore(learned));
    }

    /** Returns the detectors that threw, with the reason. */
    public Map<String, String> quarantined() {
        return Map.copyOf(quarantined);
    }

    /** Collects detectors. */
    public static final class Builder {

        private final AlarmBudget budget;
        private final Map<String, Entry> entries = new LinkedHashMap<>();

        private Builder(AlarmBudget budget) {
            this.budget = Objects.requireNonNull(budget, "budget");
        }

        /**
         * Adds a detector.
         *
         * @param factory makes it
         * @return this
         */
        public Builder with(DetectorFactory factory) {
            return with(factory.id(), factory.evidenceClass(), factory.create(budget.falseAlarmsPerStep()));
        }

        /**
         * Adds a detector.
         *
         * @param id its id
         * @param evidenceClass its kind of evidence
         * @param detector the detector
         * @return this
         */
        public Builder with(String id, EvidenceClass evidenceClass, Detector detector) {
            entries.put(id, new Entry(evidenceClass, detector));
            return this;
        }

        /** Returns the monitor. */
        public Monitor build() {
            return new Monitor(entries);
        }
    }
}
