package dev.rft.recovery;

import dev.rft.api.signal.StepKey;
import dev.rft.monitor.Monitor;
import dev.rft.recovery.event.RftEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Puts a run together from what a {@link Supervisor} was given, and drives it to its end. */
final class RunAssembly {

    private final Supervisor given;
    private final Monitor monitor;

    RunAssembly(Supervisor given) {
        this.given = given;
        this.monitor = given.monitor();
    }

    /** See {@link Supervisor#run}. */
    RunReport run(long steps) {
        if (given.store.isEmpty()) {
            return run(steps, null);
        }
        try (RunStore opened =
                given.store.get().open(given.runId, given.loop, given.snapshotWriter)) {
            return run(steps, opened);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private RunReport run(long steps, @Nullable RunStore opened) {
        StoredSnapshots stored =
                opened == null
                        ? null
                        : opened.snapshots(given.runId, given.loop, given.clock, provenance());
        SnapshotRing ring =
                new SnapshotRing(
                        given.config.snapshots().provenAfter(),
                        given.config.snapshots().maxBytes(),
                        stored);
        RunFiles files = new RunFiles(given.journal, given.metrics, given.writers);
        try (ring;
                files) {
            Resumption from = resumption(opened, stored, ring, files);
            if (steps < from.key().step()) {
                throw new IllegalArgumentException(
                        "steps: must be >= "
                                + from.key().step()
                                + ", the step to start after, was "
                                + steps);
            }
            try (Session session = session(ring, files, from.memory());
                    HangWatch watch = new HangWatch(watching(), session.announcer())) {
                watch.start();
                session.announcer()
                        .announce(from.key(), (run, at, time) -> began(run, at, time, steps, from));
                SupervisedRun run =
                        new SupervisedRun(
                                given.runId,
                                given.loop,
                                monitor,
                                session,
                                ring,
                                stored,
                                given.config,
                                new Waits(given.sleeper, given.jitter, given.probe),
                                given.batchGate,
                                from.key(),
                                watch,
                                given.mode);
                from.entry().ifPresent(run::resume);
                return run.drive(steps);
            }
        }
    }

    /** Where a run begins, and what it knows of its earlier life. */
    private record Resumption(
            StepKey key,
            Optional<StepKey> snapshot,
            RunMemory memory,
            Optional<SnapshotRing.Entry> entry) {}

    private Resumption resumption(
            @Nullable RunStore opened,
            @Nullable StoredSnapshots stored,
            SnapshotRing ring,
            RunFiles files) {
        Optional<StepKey> known =
                given.memory == RunMemory.NONE
                        ? Optional.empty()
                        : Optional.of(given.memory.from());
        if (opened == null || stored == null) {
            return new Resumption(given.start, known, given.memory, Optional.empty());
        }
        int incarnation = Math.max(opened.incarnation(), given.start.incarnation());
        try {
            Optional<StoredSnapshots.Resumed> newest = stored.resume(ring, files::memory);
            if (newest.isEmpty()) {
                return new Resumption(
                        in(incarnation, given.start), known, given.memory, Optional.empty());
            }
            StepKey snapshot = newest.get().entry().key();
            // Without a journal nothing is remembered but what the snapshot holds.
            boolean journaled = newest.get().memory() != RunMemory.NONE;
            RunMemory remembered =
                    journaled ? newest.get().memory().withIncarnation(incarnation) : RunMemory.NONE;
            StepKey key = journaled ? remembered.resumesAfter() : in(incarnation, snapshot);
            return new Resumption(
                    key, Optional.of(snapshot), remembered, Optional.of(newest.get().entry()));
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private static StepKey in(int incarnation, StepKey key) {
        return new StepKey(key.attempt(), key.step(), incarnation);
    }

    private Session session(SnapshotRing ring, RunFiles files, RunMemory remembered) {
        return heardFirst(files)
                .like(given)
                .monitor(monitor)
                .memory(remembered)
                .control(
                        given.loop::capabilities,
                        given.loop::knobs,
                        onset ->
                                ring.newestGoodBefore(onset).stream()
                                        .mapToLong(StepKey::step)
                                        .findFirst())
                .build();
    }

    /** Begins a session whose first listeners are the run's files, which this opens. */
    private SessionBuilder heardFirst(RunFiles files) {
        SessionBuilder session = Session.builder();
        try {
            files.open(given.runId).forEach(session::listener);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
        return session;
    }

    /** A run in shadow mode is not touched. */
    private Watchdog watching() {
        return given.mode instanceof Mode.Shadow
                ? given.watchdog.withInterrupt(false)
                : given.watchdog;
    }

    /** Returns the event that a run begins with. */
    private RftEvent began(
            String run, StepKey key, Instant time, long steps, Resumption resumption) {
        return resumption
                .snapshot()
                .<RftEvent>map(
                        from -> new RftEvent.RunResumed(run, key, time, from, steps, provenance()))
                .orElseGet(() -> new RftEvent.RunStarted(run, key, time, steps, provenance()));
    }

    private Map<String, String> provenance() {
        Map<String, String> all = Provenance.of(given.config, given.mode);
        all.putAll(given.provenance);
        return all;
    }
}
