package dev.rft.cli.faultbench;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.api.signal.StepRecord;
import dev.rft.faultbench.bench.FaultBench;
import dev.rft.recovery.journal.MetricsLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A directory as a benchmark leaves it, made by hand: a healthy run, one whose gradients become NaN
 * at step 60, one that hangs there, and one whose seed changes.
 */
final class HandMadeBench {

    static final int STEPS = 100;
    static final int ONSET = 60;

    private HandMadeBench() {}

    static void write(Path directory) throws IOException {
        run(
                directory,
                "addition-s1",
                "\"fault\":\"none\",\"faults\":[],\"benign_change\":null",
                STEPS,
                0);
        result(directory.resolve("addition-s1"), 0.8, true);

        Path nan =
                run(
                        directory,
                        "addition-s1-nan-gradient-easy",
                        fault("NON-FINITE", "nan-gradient"),
                        STEPS,
                        ONSET);
        result(nan, 0.4, true);
        result(Files.createDirectory(nan.resolve("supervised")), 0.79, true);
        result(Files.createDirectory(nan.resolve("oracle")), 0.8, true);

        Path hang = run(directory, "addition-s1-hang-easy", fault("HANG", "hang"), ONSET - 1, 0);
        result(hang, 0.5, false);
        result(Files.createDirectory(hang.resolve("supervised")), 0.6, true);

        Path seed =
                run(
                        directory,
                        "addition-s1-seed",
                        "\"fault\":\"none\",\"faults\":[],\"benign_change\":\"seed\",\"change_step\":60",
                        STEPS,
                        0);
        result(seed, 0.79, true);
        result(Files.createDirectory(seed.resolve("supervised")), 0.79, true);
    }

    private static String fault(String name, String injected) {
        return String.format(
                "\"fault\":\"%s\",\"strength\":\"easy\",\"onset_step\":%d,\"benign_change\":null,"
                        + "\"faults\":[{\"name\":\"%s\",\"injected\":\"%s\",\"cure\":\"RESTART\","
                        + "\"onset\":%d,\"end\":%d}]",
                name, ONSET, name, injected, ONSET, STEPS);
    }

    private static Path run(Path directory, String name, String label, int steps, int nanFrom)
            throws IOException {
        Path run = Files.createDirectory(directory.resolve(name));
        Files.writeString(
                run.resolve("label.json"),
                String.format(
                        "{\"run_id\":\"%s\",\"task\":\"addition\",\"seed\":1,\"steps\":%d,%s}",
                        name, STEPS, label));
        SplittableRandom random = new SplittableRandom(1);
        Clock clock = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
        try (MetricsLog log = MetricsLog.open(run.resolve("metrics.jsonl"), clock)) {
            for (int step = 1; step <= steps; step++) {
                Map<Signal, Double> values = new HashMap<>();
                values.put(Signals.REWARD_MEAN, 0.5 + 0.02 * random.nextGaussian());
                boolean nan = nanFrom > 0 && step >= nanFrom;
                values.put(
                        Signals.GRAD_NORM,
                        nan ? Double.NaN : Math.exp(0.1 * random.nextGaussian()));
                log.append(
                        new Observation(
                                new StepRecord(name, new StepKey(0, step, 0), values, Map.of()),
                                Optional.empty()));
            }
        }
        return run;
    }

    private static void result(Path directory, double accuracy, boolean completed)
            throws IOException {
        Files.writeString(
                directory.resolve("result.json"),
                String.format(
                        Locale.ROOT,
                        "{\"bench_version\":%d,\"accuracy_final\":%.2f,\"executed_steps\":%d,\"seconds\":2.5,\"completed\":%b}",
                        FaultBench.VERSION,
                        accuracy,
                        STEPS,
                        completed));
    }
}
