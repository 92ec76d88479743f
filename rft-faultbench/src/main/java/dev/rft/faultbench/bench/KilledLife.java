package dev.rft.faultbench.bench;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rft.api.control.Batch;
import dev.rft.api.control.TrainingLoop;
import dev.rft.api.signal.StepKey;
import dev.rft.faultbench.fault.FaultInjector;
import dev.rft.faultbench.fault.ForwardingLoop;
import dev.rft.faultbench.workload.LiveRun;
import dev.rft.faultbench.workload.Setting;
import dev.rft.faultbench.workload.WarmStart;
import dev.rft.faultbench.workload.Workload;
import dev.rft.recovery.RunReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One life of a {@link KilledRun}: a training with supervision on the disk, as anybody would write
 * it. When it reaches the step at which it is to be killed it says so, with one byte, and waits for
 * that.
 */
final class KilledLife {

    static final String WARM = "state/warm.bin";
    static final String RESULT = "state/result.json";

    /** For a life that is not killed. */
    static final long NEVER = 0;

    private KilledLife() {}

    /**
     * Trains.
     *
     * @param arguments directory, workload, seed, steps, arm, name of the unit, name of the run,
     *     and the step at which it is killed
     * @throws IOException when a file cannot be read or written
     */
    public static void main(String[] arguments) throws IOException {
        CompletableFuture<?> orphaned = FaultBench.endWithParent();
        Path home = Path.of(arguments[0]);
        Workload workload = Workload.of(arguments[1]).orElseThrow();
        long seed = Long.parseLong(arguments[2]);
        long steps = Long.parseLong(arguments[3]);
        Arm arm = Arm.of(arguments[4]).orElseThrow();
        String unit = arguments[5];
        String what = arguments[6];
        long killedAt = Long.parseLong(arguments[7]);
        try (NDManager manager = NDManager.newBaseManager()) {
            JniUtils.setNumThreads(1); // as in the process that this one is compared with
            FaultInjector none = new FaultInjector(List.of(), seed);
            Setting setting = Setting.of(workload.task(), seed);
            WarmStart warm = WarmStart.read(home.resolve(WARM), workload.task());
            try (LiveRun run = new LiveRun(manager, workload, warm, setting, none, unit)) {
                RunReport report =
                        Policies.supervisor(
                                        new Mortal(run.trainer(), killedAt),
                                        new WoundClock(),
                                        arm,
                                        seed,
                                        what,
                                        unit,
                                        none::waits)
                                .snapshots(home.resolve("state/snapshots"))
                                .journal(home.resolve("journal.jsonl"))
                                .metrics(home.resolve(RunFiles.METRICS))
                                .run(steps);
                ObjectNode result = RunFiles.object();
                Measured.into(run, result);
                result.put("completed", report.completed()).put("reason", report.reason());
                Files.writeString(home.resolve(RESULT), result.toString());
            }
        }
        orphaned.cancel(false);
    }

    private static final class Mortal extends ForwardingLoop {

        private final long killedAt;

        Mortal(TrainingLoop loop, long killedAt) {
            super(loop);
            this.killedAt = killedAt;
        }

        @Override
        public Batch collect(StepKey key) {
            if (key.step() == killedAt) {
                awaitDeath();
            }
            return super.collect(key);
        }

        private static void awaitDeath() {
            System.out.write('k');
            System.out.flush();
            try {
                while (System.in.read() >= 0) {
                    // Whoever kills this process keeps its input open until then.
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            throw new IllegalStateException("was to be killed, and was not");
        }
    }
}
