package dev.rft.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/** Runs one of the whole-process measurements, or JMH. */
public final class Main {

    private Main() {}

    /**
     * Runs a measurement.
     *
     * @param arguments its name and what it takes; see docs/performance.md
     * @throws IOException when a file cannot be written
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length == 0) {
            System.err.println(
                    "usage: update-step MODEL THREADS DIRECTORY | supervision MODEL THREADS STEPS"
                            + " ROUNDS | stall MODEL THREADS STEPS ROUNDS [DIRECTORY]"
                            + " | false-alarms [STEPS_PER_FAMILY] [SEED]"
                            + " | replay DIRECTORY [MEGABYTES] [ROUNDS] | jmh ARGUMENTS;"
                            + " MODEL is tiny or 25m");
            System.exit(2);
        }
        String[] rest = Arrays.copyOfRange(arguments, 1, arguments.length);
        switch (arguments[0]) {
            case "update-step" ->
                    UpdateStep.serve(
                            Sizes.named(rest[0]), Integer.parseInt(rest[1]), Path.of(rest[2]));
            case "supervision" ->
                    SupervisionOverhead.measure(
                            Sizes.named(rest[0]),
                            Integer.parseInt(rest[1]),
                            Integer.parseInt(rest[2]),
                            Integer.parseInt(rest[3]));
            case "false-alarms" ->
                    FalseAlarms.print(
                            rest.length > 0 ? Integer.parseInt(rest[0]) : FalseAlarms.STEPS,
                            rest.length > 1 ? Long.parseLong(rest[1]) : 1,
                            System.out);
            case "stall" ->
                    SnapshotStall.measure(
                            Sizes.named(rest[0]),
                            Integer.parseInt(rest[1]),
                            Integer.parseInt(rest[2]),
                            Integer.parseInt(rest[3]),
                            Path.of(rest.length > 4 ? rest[4] : "."));
            case "replay" ->
                    ReplaySpeed.measure(
                            Path.of(rest[0]),
                            rest.length > 1 ? Integer.parseInt(rest[1]) : 200,
                            rest.length > 2 ? Integer.parseInt(rest[2]) : 3);
            case "replay-once" -> ReplaySpeed.once(Path.of(rest[0]));
            case "jmh" -> org.openjdk.jmh.Main.main(rest);
            default -> throw new IllegalArgumentException("measurement: unknown, " + arguments[0]);
        }
    }
}
