package dev.rft.recovery;

import dev.rft.api.control.TrainingLoop;
import dev.rft.api.signal.StepKey;
import dev.rft.recovery.snapshot.DirectorySnapshotStore;
import dev.rft.recovery.snapshot.SnapshotStore;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Drives a training loop and keeps it alive.
 *
 * <pre>{@code
 * RunReport report = Supervisor.of(loop)
 *         .monitor(Monitor.standard(AlarmBudget.perTenThousandSteps(1)))
 *         .policies(RecoveryPolicies.standard())
 *         .listener(event -> log.info("{}", event))
 *         .run(1_000);
 * }</pre>
 *
 * <p>Each step goes through the loop's phases; an update that is not finite is discarded where the
 * loop can do that. Then a {@link Session} judges what the step showed, and the action it decides
 * is carried out before the next step. On a healthy run nothing but snapshots happens, and the loop
 * computes what it computes without supervision, bit for bit.
 *
 * <p><b>Snapshots</b> are kept in memory, with the monitor's state: one of the start, which counts
 * as good, then one every {@link RecoveryConfig.Snapshots#every} healthy steps. An incident with
 * enough evidence for a rollback drops those of its onset and after. All are closed when the run
 * ends, however it ends.
 *
 * <p><b>Knobs.</b> A rollback multiplies the snapshot's learning rate, so that attempts of one
 * incident never compound. A change that helped is kept for good: it is made again when a later
 * incident goes back to before it. One that did not help is undone.
 *
 * <p><b>Threads.</b> The loop, the detectors and the policies are called by the thread that calls
 * {@link #run}, and so is a synchronous listener; other listeners and the adviser by threads of
 * {@link Callbacks}. The watchdog has one of its own. All end with the run. Supervisors share
 * nothing: several may run at once, each with its own loop, monitor and files.
 *
 * <p><b>The end.</b> The run is completed when its last step was executed and nothing was decided
 * about it. It ends early, with the reason in the report, when the session halts it (the loop is
 * then back at the last good state before the onset, if there is one) and when the thread is
 * interrupted: the step is finished first, and the thread stays interrupted. So a program ends well
 * on Ctrl-C and SIGTERM when a shutdown hook interrupts that thread and waits for it, as long as a
 * step takes.
 *
 * <p><b>A loop that throws.</b> A step that throws is an incident like any other: where the loop
 * can be restarted, it is, several times and more slowly each time, the last good snapshot brought
 * back; then the run halts. One that cannot be restarted goes back to that snapshot and tries again
 * as often; then the run fails. An action that throws had no effect, and the next one follows.
 * Where nothing can bring the loop back into a known state, the run ends with {@link
 * TrainingFailedException}; an {@link Error} goes through as it is.
 */
public final class Supervisor extends SupervisionSettings<Supervisor> {

    final TrainingLoop loop;
    StepKey start = StepKey.START;
    Optional<RunStore.Closed> store = Optional.empty();
    Optional<Executor> snapshotWriter = Optional.empty();
    RunFiles.Writers writers = RunFiles.DISK;
    BatchGate batchGate = BatchGate.finiteRewards();
    Sleeper sleeper = Sleeper.ofThread();
    RandomGenerator jitter = new SplittableRandom();
    @Nullable BooleanSupplier probe;
    RunMemory memory = RunMemory.NONE;
    Watchdog watchdog = Watchdog.defaults();
    Optional<Path> journal = Optional.empty();
    Optional<Path> metrics = Optional.empty();
    final Map<String, String> provenance = new TreeMap<>();

    private Supervisor(TrainingLoop loop) {
        this.loop = Objects.requireNonNull(loop, "loop");
    }

    @Override
    Supervisor self() {
        return this;
    }

    /**
     * Begins with the standard monitor (one false alarm per ten thousand steps), diagnoser and
     * policies.
     *
     * @param loop the loop to drive
     * @return a supervisor of it
     */
    public static Supervisor of(TrainingLoop loop) {
        return new Supervisor(loop);
    }

    /**
     * Sets who judges a batch before it is used.
     *
     * @param chosen the gate; {@link BatchGate#finiteRewards} unless set
     * @return this
     */
    public Supervisor batchGate(BatchGate chosen) {
        batchGate = Objects.requireNonNull(chosen, "batchGate");
        return this;
    }

    /**
     * Says how the run waits, in a pause and before a repeated restart. What the run computes does
     * not depend on it.
     *
     * @param chosen puts the thread to sleep, {@link Sleeper#ofThread} unless set
     * @param random takes up to a fifth off each wait
     * @return this
     */
    public Supervisor waiting(Sleeper chosen, RandomGenerator random) {
        sleeper = Objects.requireNonNull(chosen, "sleeper");
        jitter = Objects.requireNonNull(random, "random");
        return this;
    }

    /**
     * Says how an outage's end is seen. Without a probe the run tries a step after each pause.
     *
     * @param chosen tells whether what the run stands on is well; called during pauses only. One
     *     that throws counts as not well
     * @return this
     */
    public Supervisor probe(BooleanSupplier chosen) {
        probe = Objects.requireNonNull(chosen, "probe");
        return this;
    }

    /**
     * Says which state the loop is in, for a run that is resumed.
     *
     * @param key the step whose end state it is, {@link StepKey#START} unless set
     * @return this
     */
    public Supervisor startingAfter(StepKey key) {
        start = Objects.requireNonNull(key, "key");
        return this;
    }

    /**
     * Keeps a journal, and remembers the run by it when it is resumed.
     *
     * @param file made when it is missing, continued when it is this run's; see {@link
     *     dev.rft.recovery.journal.JsonlJournal}
     * @return this
     */
    public Supervisor journal(Path file) {
        journal = Optional.of(file);
        return this;
    }

    /**
     * Keeps a log of the metrics of each step. A resumed run reads from it what its actions are
     * verified against.
     *
     * @param file made when it is missing, continued otherwise; see {@link
     *     dev.rft.recovery.journal.MetricsLog}
     * @return this
     */
    public Supervisor metrics(Path file) {
        metrics = Optional.of(file);
        return this;
    }

    /**
     * Keeps snapshots in a directory, so that the run survives its process: the next run of this
     * name on this directory goes on where this one ended, killed or not, with the loop, the
     * monitor and the repairs as they were, and with what the journal and the metrics log remember.
     * The directory is locked while the run lasts.
     *
     * @param directory of this run alone; made when it is missing
     * @return this
     */
    public Supervisor snapshots(Path directory) {
        Objects.requireNonNull(directory, "directory");
        store = Optional.of(RunStore.opening(() -> DirectorySnapshotStore.open(directory)));
        return this;
    }

    /**
     * Keeps snapshots in a store.
     *
     * @param chosen of this run alone; borrowed
     * @return this
     */
    public Supervisor snapshots(SnapshotStore chosen) {
        store = Optional.of(RunStore.borrowing(Objects.requireNonNull(chosen, "snapshots")));
        return this;
    }

    /**
     * Sets who changes the store, in order, one change at a time: a thread of its own unless set.
     */
    Supervisor snapshotWriter(Executor chosen) {
        snapshotWriter = Optional.of(chosen);
        return this;
    }

    /** Sets how the journal and the metrics log are written. */
    Supervisor fileWriters(RunFiles.Writers chosen) {
        writers = chosen;
        return this;
    }

    /**
     * Goes on with a run whose process has ended, under its next incarnation. The loop and the
     * monitor must be in the state of the snapshot already.
     *
     * @param earlier what is known of the run; it names the run, and the step to start after
     * @return this
     */
    public Supervisor resuming(RunMemory earlier) {
        memory = Objects.requireNonNull(earlier, "memory");
        runId = earlier.runId();
        start = earlier.resumesAfter();
        return this;
    }

    /**
     * Sets when a step counts as hanging.
     *
     * @param chosen the watchdog, {@link Watchdog#defaults} unless set
     * @return this
     */
    public Supervisor watchdog(Watchdog chosen) {
        watchdog = Objects.requireNonNull(chosen, "watchdog");
        return this;
    }

    /**
     * Adds to what the journal says the run was made with; versions and the configuration are there
     * already.
     *
     * @param name what it is, such as {@code seed} or {@code git.commit}
     * @param value its value
     * @return this
     */
    public Supervisor provenance(String name, String value) {
        provenance.put(
                Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
        return this;
    }

    /**
     * Drives the loop until a step was reached. Call it once: the monitor has learned from the run.
     *
     * @param steps the last step, at least the one that the loop is at
     * @return how it went
     * @throws TrainingFailedException when the loop throws
     * @throws UncheckedIOException when the journal, the metrics log or the store cannot be opened,
     *     or when the store holds snapshots of which none can be resumed from; nothing was executed
     *     then
     * @throws IllegalStateException when snapshots are to be stored and the loop cannot write them
     */
    public RunReport run(long steps) {
        return new RunAssembly(this).run(steps);
    }
}
