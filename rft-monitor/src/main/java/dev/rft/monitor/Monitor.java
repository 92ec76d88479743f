package dev.rft.monitor;

import dev.rft.api.signal.Observation;
import dev.rft.monitor.detect.Detectors;
import dev.rft.monitor.profile.Profile;
import dev.rft.monitor.profile.ProfileDetectors;
import dev.rft.monitor.trajectory.TrajectorySignals;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows each observation to a fixed set of detectors and collects what they say. For one thread,
 * one run.
 *
 * <p>A detector that throws, or returns null, is quarantined: it is reported once in the log, is
 * not called any more, and its finding says so from then on. The run goes on. A quarantine is a
 * fact about the program and not about the run's state, so that {@link #restore} does not lift it.
 */
public final class Monitor {

    private static final Logger LOG = LoggerFactory.getLogger(Monitor.class);

    private final List<Member> members;
    private final Optional<Profile> profile;
    private final Map<String, String> quarantined = new LinkedHashMap<>();

    private record Member(String id, EvidenceClass evidenceClass, Detector detector) {}

    private Monitor(List<Member> members, Optional<Profile> profile) {
        this.members = List.copyOf(members);
        this.profile = profile;
    }

    /**
     * Makes a monitor of all built-in detectors that need no parameter.
     *
     * @param budget how many false alarms they may give together
     * @return the monitor
     */
    public static Monitor standard(AlarmBudget budget) {
        return standardBuilder(budget).build();
    }

    /**
     * Makes a monitor of all built-in detectors that need no parameter, and of those that compare
     * the beginning of the run with earlier healthy ones: a fault that is there from the first step
     * on leaves the others nothing to learn from.
     *
     * @param budget how many false alarms they may give together
     * @param profile what healthy runs of the same model, task and configuration look like
     * @return the monitor
     */
    public static Monitor standard(AlarmBudget budget, Profile profile) {
        return standardBuilder(budget).comparedWith(profile).build();
    }

    /**
     * Begins a monitor that holds the built-in detectors, to add more.
     *
     * @param budget how many false alarms the built-in detectors and the added factories' may give
     *     together
     * @return the builder
     */
    public static Builder standardBuilder(AlarmBudget budget) {
        Builder builder = builder(budget);
        Detectors.standard().forEach(builder::with);
        return builder;
    }

    /**
     * Begins an empty monitor.
     *
     * @param budget how many false alarms the detectors made by factories may give together
     * @return the builder
     */
    public static Builder builder(AlarmBudget budget) {
        return new Builder(budget);
    }

    /**
     * Shows an observation to all detectors, in the order in which they were added, with the
     * signals that follow from its trajectories.
     *
     * @param observation the next executed step
     * @return one finding per detector
     */
    public List<Finding> inspect(Observation observation) {
        Objects.requireNonNull(observation, "observation");
        Observation full = TrajectorySignals.addTo(observation);
        List<Finding> findings = new ArrayList<>();
        for (Member member : members) {
            findings.add(new Finding(member.id(), member.evidenceClass(), verdict(member, full)));
        }
        return Collections.unmodifiableList(findings);
    }

    private Verdict verdict(Member member, Observation observation) {
        String reason = quarantined.get(member.id());
        if (reason == null) {
            try {
                return Objects.requireNonNull(
                        member.detector().inspect(observation), "the verdict was null");
            } catch (RuntimeException thrown) {
                reason = quarantine(member, thrown);
            }
        }
        return Verdict.notEvaluated("quarantined: " + reason);
    }

    private String quarantine(Member member, RuntimeException thrown) {
        String reason = thrown.toString();
        quarantined.put(member.id(), reason);
        LOG.error("Detector {} is quarantined for the rest of the run", member.id(), thrown);
        return reason;
    }

    /**
     * Quarantines a detector, as if it had thrown: for a run that is resumed, in which it had.
     *
     * @param id the detector; one that this monitor does not have is none to quarantine
     * @param reason why
     */
    public void quarantine(String id, String reason) {
        Objects.requireNonNull(reason, "reason");
        if (members.stream().anyMatch(member -> member.id().equals(id))) {
            quarantined.putIfAbsent(id, reason);
        }
    }

    /** Returns the profile that the run is compared with, if there is one. */
    public Optional<Profile> profile() {
        return profile;
    }

    /** Returns why detectors were quarantined, by id, in the order in which it happened. */
    public Map<String, String> quarantined() {
        return Collections.unmodifiableMap(new LinkedHashMap<>(quarantined));
    }

    /**
     * Returns what the detectors have learned; of a quarantined one, the state of one that has
     * learned nothing.
     */
    public MonitorState save() {
        Map<String, DetectorState> states = new TreeMap<>();
        for (Member member : members) {
            states.put(member.id(), stateOf(member));
        }
        return new MonitorState(states);
    }

    private DetectorState stateOf(Member member) {
        if (!quarantined.containsKey(member.id())) {
            try {
                return Objects.requireNonNull(member.detector().save(), "the state was null");
            } catch (RuntimeException thrown) {
                quarantine(member, thrown);
            }
        }
        return DetectorState.EMPTY;
    }

    /**
     * Takes back what the detectors of an equal monitor had learned.
     *
     * @param state what {@link #save} returned
     * @throws IllegalArgumentException when its detectors are not those of this monitor, or one
     *     rejects its state; no detector has changed then. A detector that throws anything else is
     *     quarantined
     */
    public void restore(MonitorState state) {
        Map<String, DetectorState> wanted = state.detectors();
        List<String> ids = members.stream().map(Member::id).sorted().toList();
        List<String> given = wanted.keySet().stream().sorted().toList();
        if (!ids.equals(given)) {
            throw new IllegalArgumentException(
                    "monitor state: must be of the detectors " + ids + ", was of " + given);
        }
        Map<String, DetectorState> before = save().detectors();
        List<Member> changed = new ArrayList<>();
        try {
            for (Member member : members) {
                if (!quarantined.containsKey(member.id())) {
                    changed.add(member);
                    restore(member, stateFor(member, wanted));
                }
            }
        } catch (IllegalArgumentException rejected) {
            for (Member member : changed) {
                restore(member, stateFor(member, before));
            }
            throw new IllegalArgumentException(
                    "monitor state: must be acceptable to every detector, was rejected by "
                            + changed.get(changed.size() - 1).id()
                            + ": "
                            + rejected.getMessage(),
                    rejected);
        }
    }

    /** A detector that rejects a state says so by an argument exception; any other is a defect. */
    private void restore(Member member, DetectorState state) {
        try {
            member.detector().restore(state);
        } catch (IllegalArgumentException rejected) {
            throw rejected;
        } catch (RuntimeException thrown) {
            quarantine(member, thrown);
        }
    }

    private static DetectorState stateFor(Member member, Map<String, DetectorState> states) {
        return Objects.requireNonNull(states.get(member.id()), member.id());
    }

    /** Collects the detectors of a monitor. */
    public static final class Builder {

        private final AlarmBudget budget;
        private final Map<String, DetectorFactory> factories = new LinkedHashMap<>();
        private final Map<String, Member> own = new LinkedHashMap<>();
        private Optional<Profile> profile = Optional.empty();

        private Builder(AlarmBudget budget) {
            this.budget = Objects.requireNonNull(budget, "budget");
        }

        /**
         * Adds a detector that takes its share of the budget.
         *
         * @param factory makes the detector
         * @return this builder
         * @throws IllegalArgumentException when the id is taken, or the weight is negative or not
         *     finite
         */
        public Builder with(DetectorFactory factory) {
            if (!(factory.weight() >= 0 && Double.isFinite(factory.weight()))) {
                throw new IllegalArgumentException(
                        "weight of " + factory.id() + ": must be >= 0, was " + factory.weight());
            }
            factories.put(free(factory.id()), factory);
            return this;
        }

        /**
         * Adds a detector of the user's own. Its alarms count apart from the budget.
         *
         * @param id id, unique within the monitor
         * @param evidenceClass the kind of evidence it rests on
         * @param detector the detector, used by this monitor alone
         * @return this builder
         * @throws IllegalArgumentException when the id is taken
         */
        public Builder with(String id, EvidenceClass evidenceClass, Detector detector) {
            own.put(
                    free(id),
                    new Member(
                            id,
                            Objects.requireNonNull(evidenceClass, "evidenceClass"),
                            Objects.requireNonNull(detector, "detector")));
            return this;
        }

        /**
         * Adds the detectors that compare the beginning of the run with earlier healthy ones. They
         * share the budget with the others.
         *
         * @param healthy what healthy runs of the same model, task and configuration look like
         * @return this builder
         * @throws IllegalArgumentException when there is a profile already
         */
        public Builder comparedWith(Profile healthy) {
            ProfileDetectors.of(healthy).forEach(this::with);
            profile = Optional.of(healthy);
            return this;
        }

        private String free(String id) {
            Objects.requireNonNull(id, "id");
            if (id.isBlank() || factories.containsKey(id) || own.containsKey(id)) {
                throw new IllegalArgumentException(
                        "detector id: must be unique and not blank, was '" + id + "'");
            }
            return id;
        }

        /**
         * Makes the monitor, with new detectors of the factories.
         *
         * @return the monitor
         */
        public Monitor build() {
            double total = factories.values().stream().mapToDouble(DetectorFactory::weight).sum();
            List<Member> members = new ArrayList<>();
            for (DetectorFactory factory : factories.values()) {
                double share =
                        factory.weight() == 0
                                ? 0
                                : budget.falseAlarmsPerStep() * factory.weight() / total;
                members.add(
                        new Member(factory.id(), factory.evidenceClass(), factory.create(share)));
            }
            members.addAll(own.values());
            return new Monitor(members, profile);
        }
    }
}
