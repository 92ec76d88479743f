package dev.rft.faultbench.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Live failures of all kinds, run in processes of their own. */
public final class FaultBench {

    /**
     * Grows when a strength, a persistence or a cure changes, or anything else that makes results
     * of before and after different things. Files without it are of version 1. Version 2: learning
     * rate of {@code lookup-ppo}, learning rate and warm start of {@code points}, and warm starts
     * that failed in version 1. Version 3: faults of the reward strike once where environments give
     * it, {@code random} draws anew for each case, {@code oracle} turns the learning rate back up
     * after a transient fault. Whatever else there is repeats bit for bit.
     */
    public static final int VERSION = 3;

    private static final int ORPHANED = 3;

    private FaultBench() {}

    /**
     * Makes a directory ready to receive runs.
     *
     * @param out made when it is missing
     * @throws IOException when it is a file, cannot be written, or holds something that is no runs
     *     of this version of the bench
     */
    public static void open(Path out) throws IOException {
        BenchDirectory.open(out);
    }

    /**
     * Returns how many runs of a plan there are beside the healthy one.
     *
     * @param plan the plan
     * @param workload the workload
     * @param seed all randomness follows from it
     * @param arms who looks after the runs
     * @param only the faults to inject, by id, and {@code benign}; empty for all
     * @return how many, done already or not; 0 when the plan has no such case, or none for these
     *     arms
     */
    public static int runs(
            Plan plan, String workload, long seed, List<Arm> arms, List<String> only) {
        Unit unit = plan.unit(workload, seed, arms).only(only);
        return unit.cases().size() * unit.arms().size();
    }

    /**
     * Ends this process as soon as the one that has started it is gone: nobody waits for it then,
     * and what it was to write is begun anew by another.
     *
     * @return to be cancelled when this process has done its work
     */
    public static CompletableFuture<?> endWithParent() {
        return ProcessHandle.current()
                .parent()
                .<CompletableFuture<?>>map(ProcessHandle::onExit)
                .orElseGet(CompletableFuture::new)
                .thenRun(() -> Runtime.getRuntime().halt(ORPHANED));
    }

    /**
     * Executes one workload of a plan from one seed in this process. What is done already is left
     * as it is, and what was cut off is done again.
     *
     * @param plan the plan
     * @param workload the workload
     * @param seed all randomness follows from it
     * @param arms who looks after the runs
     * @param only the faults to inject, by id, and {@code benign}; empty for all
     * @param out receives the files
     * @param progress told of every run that is done
     * @throws IOException when a file cannot be written
     */
    public static void execute(
            Plan plan,
            String workload,
            long seed,
            List<Arm> arms,
            List<String> only,
            Path out,
            Consumer<String> progress)
            throws IOException {
        Unit unit = plan.unit(workload, seed, arms).only(only);
        new UnitRunner(unit, out, progress).run();
    }
}
