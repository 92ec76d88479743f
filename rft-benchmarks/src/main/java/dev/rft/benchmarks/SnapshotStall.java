package dev.rft.benchmarks;

import ai.djl.ndarray.NDManager;
import dev.rft.api.control.LoopSnapshot;
import dev.rft.api.control.TrainingLoop;
import dev.rft.core.model.Transformer;
import dev.rft.core.optim.AdamW;
import dev.rft.core.train.PolicyTrainer;
import dev.rft.recovery.RecoveryConfig;
import dev.rft.recovery.RecoveryPolicies;
import dev.rft.recovery.RunReport;
import dev.rft.recovery.Supervisor;
import dev.rft.recovery.snapshot.DirectorySnapshotStore;
import dev.rft.recovery.snapshot.SnapshotStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * What a snapshot that is written to the disk beside the training costs the training: supervised
 * GRPO steps with a store and without snapshots, in turn, from the same state and with the same
 * random numbers, so that each step has its twin.
 *
 * <ul>
 *   <li>Hand-over: what the training thread spends between two steps when a snapshot is due: the
 *       copy on the device, and giving it to the writer. Meanwhile nothing is trained: the stall.
 *   <li>Slowdown: how much longer steps take than their twins while the writer is at work, which
 *       shares cores, caches and memory with them.
 * </ul>
 */
final class SnapshotStall {

    private static final int EVERY = RecoveryConfig.defaults().snapshots().every();

    private final List<Double> plain = new ArrayList<>();
    private final List<Double> handOvers = new ArrayList<>();
    private final List<Double> copies = new ArrayList<>();
    private final List<Double> writes = new ArrayList<>();
    private final List<Double> slowdowns = new ArrayList<>();
    private double excess;

    private SnapshotStall() {}

    /** What one run has shown; no writes where nothing was stored. */
    private record Round(TimedCalls loop, List<TimedCalls.Span> writes) {

        /** Returns the steps, from the begin of the first phase to the end of the last. */
        List<TimedCalls.Span> steps() {
            return loop.from("collect", "observe");
        }

        /** Returns the snapshots that were taken. */
        List<TimedCalls.Span> copies() {
            return loop.of("snapshot");
        }
    }

    /**
     * Measures and prints.
     *
     * @param size the model
     * @param threads of the engine
     * @param steps of a round; more than are between two snapshots
     * @param rounds how many pairs
     * @param directory where snapshots are written to; left as it was
     */
    static void measure(Sizes size, int threads, int steps, int rounds, Path directory)
            throws IOException {
        if (steps <= EVERY || rounds < 1) {
            throw new IllegalArgumentException(
                    "steps: must be > "
                            + EVERY
                            + " and rounds >= 1, were "
                            + steps
                            + ", "
                            + rounds);
        }
        SnapshotStall stall = new SnapshotStall();
        try (NDManager manager = Engines.start(threads);
                Transformer model =
                        new Transformer(manager, size.config(), new SplittableRandom(1));
                AdamW adam = new AdamW(manager, model.parameters(), AdamW.Config.defaults());
                PolicyTrainer trainer = SupervisionOverhead.trainer(size, model, adam);
                LoopSnapshot start = trainer.snapshot()) {
            plain(trainer, start, 5);
            for (int round = 0; round < rounds; round++) {
                // The order alternates, so that a drift of the machine's speed cancels.
                Round first = round % 2 == 0 ? plain(trainer, start, steps) : null;
                Round stored = stored(trainer, start, steps, directory);
                stall.add(first == null ? plain(trainer, start, steps) : first, stored);
            }
            stall.report(rounds, steps, (double) start.bytes() / 1e6);
        }
    }

    private static Round plain(PolicyTrainer trainer, LoopSnapshot start, int steps) {
        trainer.restore(start);
        TimedCalls loop = new TimedCalls(trainer);
        run(supervisor(loop.as(TrainingLoop.class), Integer.MAX_VALUE), steps);
        return new Round(loop, List.of());
    }

    private static Round stored(
            PolicyTrainer trainer, LoopSnapshot start, int steps, Path directory)
            throws IOException {
        trainer.restore(start);
        TimedCalls loop = new TimedCalls(trainer);
        Path home = Files.createTempDirectory(directory, "stall");
        try (SnapshotStore store = DirectorySnapshotStore.open(home)) {
            TimedCalls calls = new TimedCalls(store);
            run(
                    supervisor(loop.as(TrainingLoop.class), EVERY)
                            .snapshots(calls.as(SnapshotStore.class)),
                    steps);
            return new Round(loop, calls.of("write")); // syncing included
        } finally {
            deleteTree(home);
        }
    }

    /** Watches only: an alarm on either side must not make the two differ. */
    private static Supervisor supervisor(TrainingLoop loop, int every) {
        RecoveryConfig config = RecoveryConfig.defaults();
        RecoveryConfig.Snapshots kept = config.snapshots();
        return Supervisor.of(loop)
                .policies(RecoveryPolicies.watchOnly())
                .config(
                        config.withSnapshots(
                                new RecoveryConfig.Snapshots(
                                        every, kept.provenAfter(), kept.maxBytes())));
    }

    private static void run(Supervisor supervisor, int steps) {
        RunReport report = supervisor.run(steps);
        if (report.executedSteps() != steps) {
            throw new IllegalStateException("run: must execute " + steps + " steps, was " + report);
        }
    }

    private void add(Round alone, Round stored) {
        List<TimedCalls.Span> twins = alone.steps();
        List<TimedCalls.Span> steps = stored.steps();
        twins.forEach(step -> plain.add(seconds(step.nanos())));
        stored.writes().forEach(write -> writes.add(seconds(write.nanos())));
        for (int i = 0; i < steps.size(); i++) {
            TimedCalls.Span step = steps.get(i);
            long busy = stored.writes().stream().mapToLong(step::shared).sum();
            if (busy > 0) {
                excess += seconds(step.nanos() - twins.get(i).nanos());
            }
            if (2 * busy >= step.nanos()) {
                slowdowns.add((double) step.nanos() / twins.get(i).nanos() - 1);
            }
        }
        // The first copy is made before the first step, the last may be after the last one.
        for (int i = 1; i < steps.size(); i++) {
            TimedCalls.Span between = steps.get(i - 1).until(steps.get(i));
            long copying = stored.copies().stream().mapToLong(between::shared).sum();
            if (copying > 0) {
                handOvers.add(seconds(between.nanos()));
                copies.add(seconds(copying));
            }
        }
    }

    private void report(int rounds, int steps, double megabytes) {
        double step = median(plain);
        double handOver = median(handOvers);
        double slower = excess / writes.size();
        System.out.printf(
                Locale.ROOT,
                "%d rounds of %d steps, a snapshot of %.1f MB every %d, %d written; step %.1f ms%n",
                rounds,
                steps,
                megabytes,
                EVERY,
                writes.size(),
                step * 1e3);
        System.out.printf(
                Locale.ROOT,
                "hand-over: %.1f ms (the copy %.1f ms, the longest hand-over %.1f ms), %.2f %% of"
                        + " a step%n",
                handOver * 1e3,
                median(copies) * 1e3,
                handOvers.stream().mapToDouble(x -> x).max().orElse(Double.NaN) * 1e3,
                handOver / step * 100);
        System.out.printf(
                Locale.ROOT,
                "write: %.0f ms, %.0f MB/s%n",
                median(writes) * 1e3,
                megabytes / median(writes));
        if (slowdowns.isEmpty()) {
            System.out.println("slowdown: no write was as long as half a step");
        } else {
            System.out.printf(
                    Locale.ROOT,
                    "slowdown of the %d steps that the writer worked through at least half of:"
                            + " %+.2f %%%n",
                    slowdowns.size(),
                    median(slowdowns) * 100);
        }
        System.out.printf(
                Locale.ROOT,
                "all in all a snapshot costs %.1f ms, %.2f %% of a step: hand-over, and %+.1f ms"
                        + " in slower steps%n",
                (handOver + slower) * 1e3,
                (handOver + slower) / step * 100,
                slower * 1e3);
    }

    private static double seconds(long nanos) {
        return (double) nanos * 1e-9;
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(x -> x).sorted().toArray();
        int n = sorted.length;
        return n == 0 ? Double.NaN : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    }

    private static void deleteTree(Path home) throws IOException {
        Path[] paths;
        try (Stream<Path> tree = Files.walk(home)) {
            paths = tree.sorted(Comparator.reverseOrder()).toArray(Path[]::new);
        }
        for (Path path : Arrays.asList(paths)) {
            Files.delete(path);
        }
    }
}
