package dev.rft.cli.replay;

import dev.rft.api.signal.Observation;
import dev.rft.monitor.Finding;
import dev.rft.monitor.Monitor;
import dev.rft.monitor.Verdict;
import dev.rft.monitor.diagnose.Diagnoser;
import dev.rft.monitor.log.LogReader;
import dev.rft.monitor.profile.ProfileDetectors;
import dev.rft.recovery.Decision;
import dev.rft.recovery.Incident;
import dev.rft.recovery.RecoveryConfig;
import dev.rft.recovery.RecoveryPolicies;
import dev.rft.recovery.Session;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Shows a log to a session that watches and does nothing. A log has no end that a repair brings, so
 * that an incident lasts until nothing has alarmed for a while: a failure that goes on is one
 * incident, however often it alarms.
 *
 * <p>Steps that the run took back, by a rollback or a resume, are forgotten ({@link Rewinder}); an
 * incident that they raised goes on until nothing has alarmed for a while.
 *
 * <p>Onset and diagnosis are those of the first steps of the incident. By then the evidence is in,
 * and the detectors have not yet taken the failure for the usual.
 */
public final class Replay {

    private static final int HISTORY = 128;

    private final Session session;
    private final Rewinder rewinder;
    private final AddedDetectors added;
    private final int settleSteps;
    private final Consumer<ReplayedIncident> opened;
    private final List<ReplayedIncident> incidents = new ArrayList<>();
    private int current;
    private long openedAt;
    private long records;
    private Optional<String> remark = Optional.empty();

    /**
     * Makes a replay of one run.
     *
     * @param config how to watch
     * @param diagnoser who names the cause
     * @param opened told of each incident at its first alarm
     */
    public Replay(ReplayConfig config, Diagnoser diagnoser, Consumer<ReplayedIncident> opened) {
        this.settleSteps = config.settleSteps();
        this.opened = Objects.requireNonNull(opened, "opened");
        Monitor monitor = config.monitor().monitor();
        this.rewinder = new Rewinder(monitor);
        this.added = new AddedDetectors(config.monitor(), monitor);
        this.session =
                Session.builder()
                        .monitor(monitor)
                        .diagnoser(diagnoser)
                        .policies(RecoveryPolicies.watchOnly())
                        .config(
                                RecoveryConfig.defaults()
                                        .withIncidents(
                                                new RecoveryConfig.Incidents(
                                                        1, config.quietSteps(), 20, 50, HISTORY)))
                        .build();
    }

    /**
     * Reads a log to its end.
     *
     * @param log the log, not closed
     * @throws IOException when it cannot be read
     */
    public void readAll(LogReader log) throws IOException {
        Optional<Observation> next = log.next();
        while (next.isPresent()) {
            observe(next.get());
            next = log.next();
        }
    }

    /**
     * Takes in the next step.
     *
     * @param observation what it showed
     */
    public void observe(Observation observation) {
        rewinder.before(observation.key());
        Decision decision = session.observe(observation);
        rewinder.after(observation);
        added.observe(observation, decision.findings());
        records++;
        remark = remark.isPresent() ? remark : remark(decision);
        if (decision.incident().isEmpty()) {
            return;
        }
        Incident incident = decision.incident().get();
        ReplayedIncident seen = ReplayedIncident.of(incident);
        if (incident.number() > current) {
            current = incident.number();
            openedAt = records;
            incidents.add(seen);
            opened.accept(seen);
        } else if (records - openedAt <= settleSteps && !seen.signals().isEmpty()) {
            incidents.set(incidents.size() - 1, seen);
        }
    }

    private static Optional<String> remark(Decision decision) {
        for (Finding finding : decision.findings()) {
            if (finding.detector().equals(ProfileDetectors.SET_UP)
                    && finding.verdict() instanceof Verdict.Suspect suspect) {
                return Optional.of(suspect.evidence().expected());
            }
        }
        return Optional.empty();
    }

    /** Returns what is to be known of the comparison with a profile, if anything. */
    public Optional<String> remark() {
        return remark;
    }

    /** Returns which detectors failed, or could judge nothing of the log, a line each. */
    List<String> warnings() {
        return added.warnings();
    }

    /** Returns how many steps there were. */
    public long records() {
        return records;
    }

    /** Returns the incidents in the order of their alarms. */
    public List<ReplayedIncident> incidents() {
        return List.copyOf(incidents);
    }
}
