package dev.rft.faultbench.bench;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rft.api.control.Knob;
import dev.rft.api.control.TrainingLoop;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.StepKey;
import dev.rft.core.train.Prompt;
import dev.rft.core.train.PromptSource;
import dev.rft.faultbench.fault.Cure;
import dev.rft.faultbench.fault.Fault;
import dev.rft.faultbench.fault.FaultInjector;
import dev.rft.faultbench.fault.FaultyLoop;
import dev.rft.faultbench.fault.Injection;
import dev.rft.faultbench.workload.LiveRun;
import dev.rft.faultbench.workload.Setting;
import dev.rft.faultbench.workload.SolvedPrompts;
import dev.rft.faultbench.workload.WarmStart;
import dev.rft.faultbench.workload.Workload;
import dev.rft.recovery.RunReport;
import dev.rft.recovery.journal.JsonlJournal;
import dev.rft.recovery.journal.MetricsLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;

/**
 * One case under one arm: forks from the trunk at the step before the onset and runs to the end.
 */
final class Branch implements AutoCloseable {

    /** An operator who knows what happened needs a moment all the same. */
    private static final int ORACLE_DELAY = 2;

    /** In so many steps a task comes to be solved. */
    private static final int SOLVED_AFTER = 30;

    private final Unit unit;
    private final BenchCase what;
    private final Arm arm;
    private final Trunk trunk;
    private final LiveRun run;
    private final WarmStart warmStart;
    private final WoundClock clock = new WoundClock();
    private final FaultInjector injector;
    private final TrainingLoop loop;
    private long executed;
    private boolean completed = true;
    private String reason = "";

    Branch(
            NDManager manager,
            Workload workload,
            WarmStart warmStart,
            Trunk trunk,
            Unit unit,
            BenchCase what,
            Arm arm) {
        this.unit = unit;
        this.what = what;
        this.arm = arm;
        this.trunk = trunk;
        this.warmStart = warmStart;
        injector =
                new FaultInjector(what.injections(), unit.seed())
                        .stuckBy(arm.watched() ? clock::hang : Branch::ended);
        Setting setting = setting(manager, workload);
        // Nothing that a detector may read names the case.
        run = new LiveRun(manager, workload, warmStart, setting, injector, unit.name());
        TrainingLoop faulty =
                new FaultyLoop(new ForkedLoop(trunk, run.trainer(), what.onset() - 1L), injector);
        loop =
                what.benign().isPresent()
                        ? new BenignLoop(faulty, what.benign().get(), what.onset())
                        : faulty;
    }

    private Setting setting(NDManager manager, Workload workload) {
        long seed = unit.seed();
        Setting usual = Setting.of(workload.task(), seed);
        if (what.benign().isEmpty()) {
            return usual;
        }
        return switch (what.benign().get()) {
            case BATCH_HALVED -> usual.withPromptsPerStep(usual.promptsPerStep() / 2);
            case HARDER_PROMPTS -> {
                PromptSource harder = workload.task().harderPrompts().orElseThrow();
                yield usual.withPrompts(harder);
            }
            case SEED -> usual.withSeed(seed + 1_000_003);
            case TASK_SOLVED -> {
                List<Prompt> solved =
                        SolvedSearch.search(
                                manager,
                                workload,
                                warmStart,
                                trunk.snapshot(what.onset() - 1L),
                                seed);
                yield usual.withPrompts(
                        new SolvedPrompts(
                                usual.prompts(), solved, SOLVED_AFTER * usual.promptsPerStep()));
            }
            default -> usual;
        };
    }

    /**
     * Runs to the end.
     *
     * @param directory receives the files
     * @return what came of it
     */
    ObjectNode run(Path directory) throws IOException {
        long fork = what.onset() - 1L;
        run.trainer().restore(trunk.snapshot(fork));
        double before = trunk.accuracy(fork, run::accuracy);
        if (arm.watched() && what.has(Fault.PROCESS_DEATH)) {
            return new KilledRun(unit, what, arm, directory).run(warmStart, before);
        }
        long started = System.nanoTime();
        try (MetricsLog metrics = MetricsLog.open(directory.resolve(RunFiles.METRICS))) {
            switch (arm) {
                case NONE -> alone(directory, metrics);
                case ORACLE -> withOracle(metrics);
                default -> supervised(directory, metrics);
            }
        }
        double seconds = (System.nanoTime() - started) * 1e-9;
        ObjectNode result = RunFiles.result(arm);
        result.put("accuracy_before", before);
        Measured.into(run, result);
        result.put("executed_steps", executed).put("seconds", seconds);
        result.put("completed", completed).put("reason", reason);
        return result;
    }

    private void alone(Path directory, MetricsLog metrics) throws IOException {
        try (TrajectoryLog trajectories =
                new TrajectoryLog(directory.resolve("trajectories.jsonl.gz"))) {
            StepKey key = StepKey.START;
            while (key.step() < unit.steps()) {
                key = key.next();
                trajectories.append(step(key, metrics));
            }
            reason = "nobody looked after it";
        } catch (Ended ended) {
            completed = false;
            reason = String.format("ended in step %d, and nobody looked after it", executed + 1);
        }
    }

    private void withOracle(MetricsLog metrics) {
        StepKey key = StepKey.START;
        boolean cured = false;
        while (key.step() < unit.steps()) {
            key = key.next();
            if (cured) {
                turnBack();
            }
            if (!survives(key, metrics)
                    || (!cured && executed == what.onset() + ORACLE_DELAY - 1L && what.faulty())) {
                cured = true;
                if (hopeless()) {
                    loop.restore(trunk.snapshot(what.onset() - 1L));
                    completed = false;
                    reason = "nothing cures it";
                    return;
                }
                key = cure(key);
            }
        }
        reason = "cured";
    }

    /** Executes a step. Tells whether it came to its end. */
    private boolean survives(StepKey key, MetricsLog metrics) {
        try {
            step(key, metrics);
            return true;
        } catch (Ended ended) {
            return false;
        }
    }

    private boolean hopeless() {
        return what.injections().stream().anyMatch(i -> i.fault().cure() == Cure.NOTHING);
    }

    private StepKey cure(StepKey key) {
        loop.restart();
        loop.restore(trunk.snapshot(what.onset() - 1L));
        spikes().forEach(spike -> turnRate(rate -> rate / factor(spike)));
        return key.rolledBackTo(what.onset() - 1L);
    }

    /** A rate that was turned down against a multiplier comes back when that has ended. */
    private void turnBack() {
        spikes().filter(spike -> spike.lasts() != Injection.UNTIL_CURED)
                .filter(spike -> executed == spike.onset() - 1 + spike.lasts())
                .forEach(spike -> turnRate(rate -> rate * factor(spike)));
    }

    private Stream<Injection> spikes() {
        return what.injections().stream().filter(each -> each.fault() == Fault.LR_SPIKE);
    }

    private static double factor(Injection spike) {
        return spike.fault().magnitude(spike.strength());
    }

    private void turnRate(DoubleUnaryOperator turn) {
        double rate = loop.knobs().getOrDefault(Knob.LEARNING_RATE, Double.NaN);
        loop.setKnob(Knob.LEARNING_RATE, turn.applyAsDouble(rate));
    }

    private Observation step(StepKey key, MetricsLog metrics) {
        Observation observation = loop.step(key);
        executed++;
        metrics.append(observation);
        return observation;
    }

    private void supervised(Path directory, MetricsLog metrics) throws IOException {
        try (JsonlJournal journal = JsonlJournal.open(directory.resolve("journal.jsonl"))) {
            // Nobody has to sit through an outage here: its clock is wound on.
            RunReport report =
                    Policies.supervisor(
                                    loop,
                                    clock,
                                    arm,
                                    unit.seed(),
                                    unit.run(what),
                                    unit.name(),
                                    injector::waits)
                            .listener(journal)
                            .listener(metrics)
                            .run(unit.steps());
            executed = report.executedSteps();
            completed = report.completed();
            reason = report.reason();
        }
    }

    private static void ended() {
        throw new Ended();
    }

    /** A step did not come to its end, and nobody was there to do something about it. */
    private static final class Ended extends RuntimeException {

        private static final long serialVersionUID = 1;
    }

    @Override
    public void close() {
        run.close();
    }
}
