package dev.rft.cli.faultbench;

import dev.rft.cli.Arguments;
import dev.rft.faultbench.bench.FaultBench;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** One workload from one seed: what {@link RunCommand} starts a process for. */
@Command(name = "unit", hidden = true, description = "One workload from one seed.")
final class UnitCommand implements Callable<Integer> {

    @Mixin private BenchOptions options = new BenchOptions();

    @Option(
            names = "--seed",
            required = true,
            converter = Arguments.Seed.class,
            description = "The seed.")
    private long seed;

    private final PrintStream out;

    UnitCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException {
        // Whoever asked for this may be gone: nobody waits for it then.
        CompletableFuture<?> orphaned = FaultBench.endWithParent();
        for (String workload : options.workloads()) {
            FaultBench.execute(
                    options.plan(),
                    workload,
                    seed,
                    options.arms(),
                    options.faults(),
                    options.out(),
                    out::println);
        }
        orphaned.cancel(false);
        return 0;
    }
}
