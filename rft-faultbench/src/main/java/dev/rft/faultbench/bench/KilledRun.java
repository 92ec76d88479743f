package dev.rft.faultbench.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rft.faultbench.fault.Fault;
import dev.rft.faultbench.fault.Injection;
import dev.rft.faultbench.workload.WarmStart;
import dev.rft.recovery.journal.MetricsLog;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * A supervised run whose process is killed with SIGKILL, once or several times. Each of its lives
 * is a process of its own ({@link KilledLife}), started by the same command, and goes on from the
 * snapshots that the one before left on the disk. It does not fork from the trunk: what is killed
 * is the whole of it.
 */
final class KilledRun {

    /** Executed steps from one kill to the next, if there are several. */
    private static final long BETWEEN = 20;

    private final Unit unit;
    private final BenchCase what;
    private final Arm arm;
    private final Path directory;

    KilledRun(Unit unit, BenchCase what, Arm arm, Path directory) {
        this.unit = unit;
        this.what = what;
        this.arm = arm;
        this.directory = directory;
    }

    /**
     * Runs to the end.
     *
     * @param warmStart the weights that the run begins with
     * @param before accuracy before the onset
     * @return what came of it
     */
    ObjectNode run(WarmStart warmStart, double before) throws IOException {
        Path state = directory.resolve("state");
        delete(state); // of an attempt that was cut off
        Files.createDirectories(state);
        warmStart.write(directory.resolve(KilledLife.WARM));
        long started = System.nanoTime();
        for (long step : kills().toArray()) {
            if (!killed(step)) {
                throw new IOException(unit.run(what) + ": ended before it could be killed");
            }
        }
        if (killed(KilledLife.NEVER)) {
            throw new IOException(unit.run(what) + ": was killed by somebody else");
        }
        ObjectNode result = RunFiles.result(arm).put("accuracy_before", before);
        result.setAll(read(directory.resolve(KilledLife.RESULT)));
        result.put("executed_steps", MetricsLog.read(directory.resolve(RunFiles.METRICS)).size());
        result.put("seconds", (System.nanoTime() - started) * 1e-9);
        delete(state);
        return result;
    }

    private LongStream kills() {
        Injection death =
                what.injections().stream()
                        .filter(each -> each.fault() == Fault.PROCESS_DEATH)
                        .findFirst()
                        .orElseThrow();
        long times = Math.round(death.fault().magnitude(death.strength()));
        return LongStream.range(0, times)
                .map(kill -> death.onset() + BETWEEN * kill)
                .filter(step -> step <= unit.steps());
    }

    /** Starts the run, and kills it once it has reached a step. Tells whether it was killed. */
    private boolean killed(long step) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(KilledLife.class.getName());
        command.addAll(
                List.of(
                        directory.toString(),
                        unit.workload(),
                        Long.toString(unit.seed()),
                        Integer.toString(unit.steps()),
                        arm.toString(),
                        unit.name(),
                        unit.run(what),
                        Long.toString(step)));
        Process life = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
        try (InputStream said = life.getInputStream()) {
            boolean reached = said.read() >= 0;
            if (reached) {
                life.destroyForcibly();
            }
            int code = life.waitFor();
            if (!reached && code != 0) {
                throw new IOException(unit.run(what) + ": a process ended with " + code);
            }
            return reached;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(unit.run(what) + ": interrupted");
        } finally {
            life.destroyForcibly();
        }
    }

    private static ObjectNode read(Path file) throws IOException {
        return (ObjectNode) new ObjectMapper().readTree(file.toFile());
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            List<Path> all;
            try (Stream<Path> tree = Files.walk(directory)) {
                all = tree.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path file : all) {
                Files.delete(file);
            }
        }
    }
}
