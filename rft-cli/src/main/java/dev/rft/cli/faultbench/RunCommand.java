package dev.rft.cli.faultbench;

import dev.rft.cli.Arguments;
import dev.rft.faultbench.bench.Arm;
import dev.rft.faultbench.bench.FaultBench;
import dev.rft.monitor.json.Reason;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Runs a plan, a process for each workload and seed: the engine computes one gradient per process
 * at a time, and its memory is given back when a process ends.
 */
@Command(
        name = "run",
        description = {
            "Trains, breaks and supervises; goes on where an earlier run into the same directory"
                    + " stopped.",
            ""
        },
        mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {

    private static final int FAILED = 1;

    @Mixin private BenchOptions options = new BenchOptions();

    @Option(
            names = "--seeds",
            paramLabel = "N",
            split = ",",
            converter = Arguments.Seed.class,
            description = "Seeds, each a healthy run with cases of its own (default: 1).")
    private List<Long> seeds = List.of(1L);

    @Option(
            names = "--parallel",
            paramLabel = "N",
            converter = Arguments.Count.class,
            description = "Processes at a time (default: ${DEFAULT-VALUE}).")
    private int parallel = 1;

    @Spec private CommandSpec spec = CommandSpec.create();

    private final PrintStream out;
    private final PrintStream err;

    RunCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<UnitProcess> units = units();
        try {
            FaultBench.open(options.out());
        } catch (IOException foreign) {
            throw bad("--out: " + Reason.of(foreign), foreign);
        }
        ExecutorService workers = Executors.newFixedThreadPool(parallel);
        try {
            List<Future<Boolean>> ends = new ArrayList<>();
            for (UnitProcess unit : units) {
                ends.add(workers.submit(() -> unit.succeeds(out, err)));
            }
            boolean all = true;
            for (Future<Boolean> end : ends) {
                all &= end.get();
            }
            return all ? 0 : FAILED;
        } catch (ExecutionException failed) {
            throw new IllegalStateException(failed.getCause());
        } finally {
            workers.shutdownNow();
        }
    }

    /**
     * What has most runs comes first, so that no process is left over with a long one at the end. A
     * workload without a run that was asked for has nothing to do.
     */
    private List<UnitProcess> units() {
        List<Map.Entry<Integer, UnitProcess>> units = new ArrayList<>();
        for (long seed : new LinkedHashSet<>(seeds)) {
            for (String workload : options.workloads()) {
                int runs =
                        FaultBench.runs(
                                options.plan(), workload, seed, options.arms(), options.faults());
                if (runs > 0) {
                    units.add(Map.entry(runs, unit(workload, seed)));
                }
            }
        }
        if (units.isEmpty()) {
            throw bad(nothingToDo(), null);
        }
        units.sort(Map.Entry.comparingByKey(Comparator.reverseOrder()));
        return units.stream().map(Map.Entry::getValue).toList();
    }

    private UnitProcess unit(String workload, long seed) {
        return new UnitProcess(
                workload + "-s" + seed, options.arguments(workload, seed), options.out());
    }

    private String nothingToDo() {
        String workloads = String.join(", ", options.workloads());
        return options.faults().isEmpty() || hasCases()
                ? String.format(
                        "--arm: plan %s has no run with %s on %s",
                        options.plan(), names(options.arms()), workloads)
                : String.format(
                        "--fault: plan %s has no case of %s on %s",
                        options.plan(), String.join(", ", options.faults()), workloads);
    }

    /** Tells whether it is the arms alone that leave nothing to do. */
    private boolean hasCases() {
        return options.workloads().stream()
                .anyMatch(
                        workload ->
                                FaultBench.runs(
                                                options.plan(),
                                                workload,
                                                seeds.get(0),
                                                List.of(Arm.NONE),
                                                options.faults())
                                        > 0);
    }

    private static String names(List<Arm> arms) {
        return arms.stream().map(Arm::toString).collect(Collectors.joining(", "));
    }

    private ParameterException bad(String message, @Nullable Throwable cause) {
        return new ParameterException(spec.commandLine(), message, cause);
    }
}
