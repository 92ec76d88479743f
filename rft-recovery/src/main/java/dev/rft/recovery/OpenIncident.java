package dev.rft.recovery;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.Finding;
import dev.rft.monitor.Verdict;
import dev.rft.monitor.diagnose.Diagnosis;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The incident that is open now, and what its end depends on. */
final class OpenIncident {

    private Incident incident;
    private final List<Observation> reference;

    /**
     * The first step that belongs to the failure in the state that the loop is in; a restore moves
     * it.
     */
    private long sickFrom;

    /** The executed step of the last alarm, by detector. */
    private final Map<String, Long> lastAlarm = new HashMap<>();

    private final long openedAt;
    private int alarmSteps;
    private int quietSteps;
    private boolean restored;

    /** The action that was decided and not yet carried out. */
    private @Nullable RecoveryAction pending;

    /** Whether an action was withheld, after which nothing more is decided. */
    private boolean leftAlone;

    private @Nullable Verification verification;

    OpenIncident(Incident incident, List<Observation> reference, long openedAt) {
        this.incident = incident;
        this.openedAt = openedAt;
        this.reference = reference;
        this.sickFrom = incident.onset();
        this.alarmSteps = 1;
    }

    /**
     * Returns the step at which the earliest of some alarms puts the onset: within the run, not
     * after the present.
     */
    static long onset(List<Finding> alarms, long present) {
        long earliest =
                alarms.stream()
                        .mapToLong(
                                finding ->
                                        finding.verdict() instanceof Verdict.Violated violated
                                                ? violated.evidence().onset().orElse(present)
                                                : present)
                        .min()
                        .orElse(present);
        // Step 0 is the state before the first step: a failure begins in a step.
        return Math.min(Math.max(earliest, 1), present);
    }

    Incident incident() {
        return incident;
    }

    /** Returns the healthy observations that the run is compared with. */
    List<Observation> reference() {
        return reference.stream()
                .filter(observation -> observation.key().step() < incident.onset())
                .toList();
    }

    /** Returns the first step of the present attempt that belongs to the failure. */
    long sickFrom() {
        return Math.min(sickFrom, incident.onset());
    }

    /**
     * Adds alarms of a further step, those included that have fallen silent meanwhile.
     *
     * @param key the step
     * @param findings its verdicts
     * @param alarms what is added
     * @param executed how many steps were executed so far
     * @param diagnoser names the cause of a step's verdicts
     */
    void add(
            StepKey key,
            List<Finding> findings,
            List<Finding> alarms,
            long executed,
            BiFunction<StepKey, List<Finding>, Diagnosis> diagnoser) {
        alarmSteps++;
        quietSteps = 0;
        alarms.forEach(alarm -> lastAlarm.put(alarm.detector(), executed));
        Incident merged = incident.with(alarms, incident.diagnosis());
        Incident named = merged.with(alarms, diagnoser.apply(key, remembered(findings, merged)));
        long onset = onset(alarms, key.step());
        // A failure that begins anew after a rollback says nothing of its first beginning, unless
        // it reaches back to what both attempts share: then the snapshot was sick already.
        boolean says = key.attempt() == incident.opened().attempt() || onset < sickFrom();
        incident = says ? named.beginningBy(onset) : named;
    }

    /**
     * Returns the present verdicts, the incident's alarms standing in for detectors that have
     * fallen silent since.
     */
    private static List<Finding> remembered(List<Finding> findings, Incident incident) {
        List<Finding> all = new ArrayList<>(incident.findings());
        Set<String> alarmed = all.stream().map(Finding::detector).collect(Collectors.toSet());
        findings.stream().filter(now -> !alarmed.contains(now.detector())).forEach(all::add);
        return all;
    }

    /** Drops the alarms of detectors that have been silent since: they support nothing any more. */
    void forgetSilent(long since) {
        Set<String> silent =
                incident.findings().stream()
                        .map(Finding::detector)
                        .filter(id -> lastAlarm.getOrDefault(id, openedAt) < since)
                        .collect(Collectors.toSet());
        incident = incident.withoutFindingsOf(silent);
    }

    /** Counts a step without an alarm and returns how many there were in a row. */
    int quiet() {
        return ++quietSteps;
    }

    /** Tells whether the alarm has lasted long enough, or needs not to. */
    boolean confirmed(int steps) {
        return alarmSteps >= steps || incident.invariantBroken() || !incident.attempts().isEmpty();
    }

    @Nullable RecoveryAction pending() {
        return pending;
    }

    void decide(RecoveryAction action, Incident withAttempt) {
        pending = action;
        incident = withAttempt;
    }

    /** Takes the decided action back. Returns what stood for it in the incident. */
    Attempt withdraw() {
        Attempt withdrawn = incident.attempts().get(incident.attempts().size() - 1);
        pending = null;
        incident = incident.withoutLastAttempt();
        return withdrawn;
    }

    void reconsider() {
        leftAlone = false;
    }

    boolean leftAlone() {
        return leftAlone;
    }

    void leaveAlone() {
        leftAlone = true;
    }

    @Nullable Verification verification() {
        return verification;
    }

    boolean restored() {
        return restored;
    }

    void verifyWith(Verification next, boolean wasRestored, long resumedFrom) {
        pending = null;
        verification = next;
        restored = wasRestored;
        sickFrom = wasRestored ? resumedFrom : sickFrom;
    }

    void judged(Incident withOutcome) {
        verification = null;
        quietSteps = 0;
        incident = withOutcome;
    }
}
