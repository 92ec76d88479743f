package dev.rft.recovery;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.diagnose.Cause;
import dev.rft.recovery.event.RftEvent;
import dev.rft.recovery.journal.Journal;
import dev.rft.recovery.journal.JournalEntry;
import dev.rft.recovery.journal.MetricsLog;
import dev.rft.recovery.journal.MetricsRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What supervision knows of a run when it goes on from a snapshot, after its process has ended:
 * what no snapshot of the loop holds and no rollback rewinds. It is rebuilt from the journal.
 *
 * <ul>
 *   <li>As they were at the snapshot: the incidents, how many steps had been executed, what was
 *       quarantined. What came after is executed again.
 *   <li>From the whole journal: which actions were paid for. One that was decided after the
 *       snapshot is decided again, and not paid for again.
 * </ul>
 */
public final class RunMemory {

    /** Nothing: the memory of a run that begins. */
    static final RunMemory NONE = new RunMemory();

    private final String runId;
    private final StepKey from;
    private final StepKey resumesAfter;
    private final Map<StepKey, Cause> booked;
    private final List<Incident> closed;
    private final long executed;
    private final long closedAt;
    private final Map<String, String> quarantined;
    private final List<RftEvent> events;
    private final List<MetricsRow> rows;

    private RunMemory() {
        this("", StepKey.START, StepKey.START, Map.of(), new Past());
    }

    private RunMemory(
            String runId,
            StepKey from,
            StepKey resumesAfter,
            Map<StepKey, Cause> booked,
            Past past) {
        this.runId = runId;
        this.from = from;
        this.resumesAfter = resumesAfter;
        this.booked = Map.copyOf(booked);
        this.closed = List.copyOf(past.closed);
        this.executed = past.executedAt(from);
        this.closedAt = past.closedAt;
        this.quarantined = new LinkedHashMap<>(past.quarantined);
        this.events = List.copyOf(past.events);
        this.rows = List.of();
    }

    private RunMemory(RunMemory memory, StepKey resumesAfter, List<MetricsRow> rows) {
        this.runId = memory.runId;
        this.from = memory.from;
        this.resumesAfter = resumesAfter;
        this.booked = memory.booked;
        this.closed = memory.closed;
        this.executed = memory.executed;
        this.closedAt = memory.closedAt;
        this.quarantined = memory.quarantined;
        this.events = memory.events;
        this.rows = List.copyOf(rows);
    }

    /**
     * Rebuilds the memory.
     *
     * @param journal the run's journal
     * @param snapshot the step whose snapshot the run goes on from, under the key it was taken with
     * @return the memory
     * @throws IllegalArgumentException when the journal is empty, or when the snapshot was taken
     *     inside an incident: whoever goes on from there goes on with the failure
     */
    public static RunMemory of(Journal journal, StepKey snapshot) {
        Objects.requireNonNull(snapshot, "snapshot");
        String runId =
                journal.runId()
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "journal: must hold the run's start, was empty"));
        Past past = new Past();
        journal.effective().stream()
                .map(JournalEntry::event)
                .filter(event -> event.key().compareTo(snapshot) <= 0)
                .forEach(past::on);
        if (past.openIncident != 0) {
            throw new IllegalArgumentException(
                    "snapshot: must lie outside of incidents, that of step "
                            + snapshot
                            + " lies in incident "
                            + past.openIncident);
        }
        StepKey resumesAfter =
                new StepKey(snapshot.attempt(), snapshot.step(), journal.nextIncarnation());
        return new RunMemory(runId, snapshot, resumesAfter, booked(journal), past);
    }

    /**
     * Rebuilds the memory of a run whose steps go on without a snapshot of ours, such as one of
     * another process: as it was after the last step that was measured outside of an incident, or
     * at the start where no step was. An incident that was open at the end is forgotten; what was
     * done about it stays paid for.
     *
     * @param journal the run's journal
     * @param all the run's rows, in the order of execution
     * @return the memory, the rows included; empty when nothing was measured and nothing paid for
     */
    public static Optional<RunMemory> ofLastStep(Journal journal, List<MetricsRow> all) {
        @Nullable StepKey opened = null;
        for (JournalEntry entry : journal.effective()) {
            if (entry.event() instanceof RftEvent.IncidentOpened begun) {
                opened = begun.key();
            } else if (entry.event() instanceof RftEvent.IncidentClosed) {
                opened = null;
            }
        }
        for (int i = all.size() - 1; i >= 0; i--) {
            StepKey key = all.get(i).key();
            boolean outside = opened == null || key.compareTo(opened) < 0;
            if (outside && journal.isOnLine(key)) {
                return Optional.of(of(journal, key).withMetrics(all));
            }
        }
        return all.isEmpty() && booked(journal).isEmpty()
                ? Optional.empty()
                : Optional.of(ofStart(journal));
    }

    /**
     * The memory of a run none of whose steps counts: the incident was there from the first one on,
     * or the process began anew each time. It goes on under a new attempt, after all that was paid
     * for: what will be done is no repetition that has been paid for already.
     */
    private static RunMemory ofStart(Journal journal) {
        RunMemory memory = of(journal, journal.sinceStart().get(0).event().key());
        int attempt =
                1
                        + journal.sinceStart().stream()
                                .mapToInt(entry -> entry.event().key().attempt())
                                .max()
                                .orElse(-1);
        StepKey start = memory.resumesAfter;
        return new RunMemory(
                memory, new StepKey(attempt, start.step(), start.incarnation()), List.of());
    }

    /**
     * Returns this memory with what the steps measured. Without it an action soon after the resume
     * is verified against less, and a repair that was being relaxed is relaxed no further.
     *
     * @param all the run's rows, in the order of execution, as {@link
     *     dev.rft.recovery.journal.MetricsLog#read} gives them; those after the snapshot are left
     *     out; copied
     * @return the memory
     */
    public RunMemory withMetrics(List<MetricsRow> all) {
        List<MetricsRow> executedBefore =
                all.stream()
                        .filter(row -> row.key().compareTo(from) <= 0)
                        .filter(row -> events.stream().noneMatch(e -> supersedes(e, row.key())))
                        .toList();
        return new RunMemory(this, resumesAfter, executedBefore);
    }

    private static boolean supersedes(RftEvent event, StepKey key) {
        if (event instanceof RftEvent.RunStarted started) {
            return key.compareTo(started.key()) <= 0;
        }
        return event instanceof RftEvent.RunResumed resumed
                && key.incarnation() < resumed.key().incarnation()
                && key.compareTo(resumed.from()) > 0;
    }

    /**
     * Returns this memory for an incarnation that is counted elsewhere as well.
     *
     * @param least the least that the incarnation may be
     * @return the memory
     */
    RunMemory withIncarnation(int least) {
        return resumesAfter.incarnation() >= least
                ? this
                : new RunMemory(
                        this,
                        new StepKey(resumesAfter.attempt(), resumesAfter.step(), least),
                        rows);
    }

    private static Map<StepKey, Cause> booked(Journal journal) {
        Map<StepKey, Cause> booked = new HashMap<>();
        for (JournalEntry entry : journal.sinceStart()) {
            if (entry.event() instanceof RftEvent.ActionDecided decided
                    && Ledger.charged(decided.action())) {
                booked.put(moment(decided.key()), decided.cause());
            } else if (entry.event() instanceof RftEvent.ActionVerified verified
                    && Ledger.refunded(verified.attempt())) {
                booked.remove(moment(verified.attempt().key()));
            }
        }
        return booked;
    }

    private static StepKey moment(StepKey key) {
        return new StepKey(key.attempt(), key.step(), 0);
    }

    /** Returns the run. */
    public String runId() {
        return runId;
    }

    /** Returns the snapshot's step, under the key it was taken with. */
    public StepKey from() {
        return from;
    }

    /** Returns the key that the run goes on after: that step, under a new incarnation. */
    public StepKey resumesAfter() {
        return resumesAfter;
    }

    /** Returns the incidents that were over by then, in order. */
    public List<Incident> closed() {
        return closed;
    }

    /** Returns why components had been quarantined by then, by name, in order. */
    public Map<String, String> quarantined() {
        return new LinkedHashMap<>(quarantined);
    }

    Map<StepKey, Cause> booked() {
        return booked;
    }

    long executed() {
        return executed;
    }

    long closedAt() {
        return closedAt;
    }

    /** Returns the observations of the steps that the snapshot's state is built on. */
    List<Observation> recent() {
        return MetricsLog.effective(rows).stream().map(MetricsRow::observation).toList();
    }

    /**
     * Shows a relaxer that has seen nothing what it saw until the snapshot.
     *
     * @param relaxer the relaxer
     * @param window how many observations are remembered
     * @param turnable whether there is a learning rate to turn
     */
    void retell(Relaxer relaxer, int window, boolean turnable) {
        RelaxerReplay replay = new RelaxerReplay(relaxer, window, turnable);
        Iterator<RftEvent> told = events.iterator();
        @Nullable RftEvent next = told.hasNext() ? told.next() : null;
        for (MetricsRow row : rows) {
            List<RftEvent> before = new ArrayList<>(); // of a step that threw, and has no row
            List<RftEvent> of = new ArrayList<>();
            while (next != null && next.key().compareTo(row.key()) <= 0) {
                (next.key().equals(row.key()) ? of : before).add(next);
                next = told.hasNext() ? told.next() : null;
            }
            replay.between(before);
            replay.step(row.observation(), of);
        }
    }

    /** Follows the events up to the snapshot. */
    private static final class Past {
        private final List<Incident> closed = new ArrayList<>();
        private final Map<String, String> quarantined = new LinkedHashMap<>();
        private int openIncident;
        private long closedAt;

        /** How many steps were executed before the present stretch of steps, and where it began. */
        private long executedBefore;

        private long stretchFrom;

        private final List<RftEvent> events = new ArrayList<>();

        void on(RftEvent event) {
            events.add(event);
            if (event instanceof RftEvent.RunStarted started) {
                stretchFrom = started.key().step();
            } else if (event instanceof RftEvent.IncidentOpened opened) {
                openIncident = opened.incident().number();
            } else if (event instanceof RftEvent.IncidentClosed ended) {
                openIncident = 0;
                closed.add(ended.incident());
                closedAt = executedAt(ended.key());
            } else if (event instanceof RftEvent.ActionTaken taken) {
                executedBefore = executedAt(taken.key());
                stretchFrom = taken.resumesAfter().step();
            } else if (event instanceof RftEvent.ComponentQuarantined component) {
                quarantined.put(component.component(), component.reason());
            }
        }

        long executedAt(StepKey key) {
            return executedBefore + key.step() - stretchFrom;
        }
    }
}
