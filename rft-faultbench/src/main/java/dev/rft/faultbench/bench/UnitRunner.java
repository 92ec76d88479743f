package dev.rft.faultbench.bench;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rft.api.signal.Observation;
import dev.rft.faultbench.fault.FaultInjector;
import dev.rft.faultbench.workload.LiveRun;
import dev.rft.faultbench.workload.Setting;
import dev.rft.faultbench.workload.WarmStart;
import dev.rft.faultbench.workload.Workload;
import dev.rft.recovery.journal.MetricsLog;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Executes a {@link Unit} in this process. What is done already is left as it is. */
final class UnitRunner {

    private static final int ACCURACY_EVERY = 40;

    private final Unit unit;
    private final Workload workload;
    private final Path out;
    private final RunFiles files;
    private final Consumer<String> progress;

    UnitRunner(Unit unit, Path out, Consumer<String> progress) {
        this.unit = unit;
        this.workload = Workload.of(unit.workload()).orElseThrow();
        this.out = out;
        this.files = new RunFiles(out);
        this.progress = progress;
    }

    void run() throws IOException {
        Closeable lock = BenchDirectory.lock(out, unit.name());
        try {
            checkLabels();
            if (remaining() > 0) {
                execute();
            }
        } finally {
            lock.close();
        }
    }

    /** Before anything is done: runs of another plan have the same names. */
    private void checkLabels() throws IOException {
        files.check(unit.name(), Labels.healthy(unit));
        for (BenchCase what : unit.cases()) {
            files.check(unit.run(what), Labels.of(unit, what));
        }
    }

    private void execute() throws IOException {
        try (NDManager manager = NDManager.newBaseManager()) {
            JniUtils.setNumThreads(1); // the engine is loaded now; more threads, other sums
            WarmStart warmStart =
                    WarmStart.train(manager, workload.task(), unit.seed(), step -> {});
            try (LiveRun healthy =
                            new LiveRun(
                                    manager,
                                    workload,
                                    warmStart,
                                    Setting.of(workload.task(), unit.seed()),
                                    new FaultInjector(List.of(), unit.seed()),
                                    unit.name());
                    Trunk trunk = trunk(healthy)) {
                for (BenchCase what : unit.cases()) {
                    files.label(unit.run(what), Labels.of(unit, what));
                    for (Arm arm : unit.arms()) {
                        branch(manager, warmStart, trunk, what, arm);
                    }
                }
            }
        }
    }

    private long remaining() {
        long cases =
                unit.cases().stream()
                        .flatMap(what -> unit.arms().stream().filter(arm -> !done(what, arm)))
                        .count();
        return cases + (files.done(unit.name(), Arm.NONE) ? 0 : 1);
    }

    private boolean done(BenchCase what, Arm arm) {
        return files.done(unit.run(what), arm);
    }

    /**
     * The healthy run is made anew each time: its states are needed. It repeats exactly, or what is
     * done already is of another run.
     */
    private Trunk trunk(LiveRun healthy) throws IOException {
        if (!files.done(unit.name(), Arm.NONE)) {
            return firstTrunk(healthy);
        }
        Repetition same =
                new Repetition(files.directory(unit.name(), Arm.NONE).resolve(RunFiles.METRICS));
        try {
            return new Trunk(healthy.loop(), unit.steps(), unchecked(same::check));
        } catch (UncheckedIOException differs) {
            throw differs.getCause();
        }
    }

    private Trunk firstTrunk(LiveRun healthy) throws IOException {
        Path directory = files.begin(unit.name(), Arm.NONE);
        files.label(unit.name(), Labels.healthy(unit));
        ObjectNode result = RunFiles.result(Arm.NONE);
        result.put("accuracy_before", healthy.accuracy());
        ArrayNode curve = result.putArray("accuracy_curve");
        try (MetricsLog metrics = MetricsLog.open(directory.resolve(RunFiles.METRICS));
                TrajectoryLog trajectories =
                        new TrajectoryLog(directory.resolve("trajectories.jsonl.gz"))) {
            Consumer<Observation> written = unchecked(trajectories::append);
            Trunk trunk =
                    new Trunk(
                            healthy.loop(),
                            unit.steps(),
                            observation -> {
                                metrics.append(observation);
                                written.accept(observation);
                                long step = observation.key().step();
                                if (step % ACCURACY_EVERY == 0 || step == unit.steps()) {
                                    curve.addArray().add(step).add(healthy.accuracy());
                                }
                            });
            Measured.into(healthy, result);
            result.put("executed_steps", unit.steps());
            result.put("completed", true).put("reason", "healthy");
            files.result(unit.name(), Arm.NONE, result);
            progress.accept(unit.name() + ": healthy, " + curve);
            return trunk;
        }
    }

    /** What is done with a step, and may fail as files do. */
    @FunctionalInterface
    private interface EachStep {
        void accept(Observation observation) throws IOException;
    }

    private static Consumer<Observation> unchecked(EachStep each) {
        return observation -> {
            try {
                each.accept(observation);
            } catch (IOException e) {
                throw new UncheckedIOException(e.getMessage(), e);
            }
        };
    }

    private void branch(
            NDManager manager, WarmStart warmStart, Trunk trunk, BenchCase what, Arm arm)
            throws IOException {
        if (done(what, arm)) {
            return;
        }
        Path directory = files.begin(unit.run(what), arm);
        try (Branch branch = new Branch(manager, workload, warmStart, trunk, unit, what, arm)) {
            ObjectNode result = branch.run(directory);
            files.result(unit.run(what), arm, result);
            progress.accept(
                    String.format(
                            "%s %s: accuracy %.3f -> %.3f, %s",
                            unit.run(what),
                            arm,
                            result.path("accuracy_before").asDouble(),
                            result.path("accuracy_final").asDouble(),
                            result.path("reason").asText()));
        }
    }
}
