package dev.rft.benchmarks;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.rft.cli.replay.Replay;
import dev.rft.cli.replay.ReplayConfig;
import dev.rft.monitor.log.LogFormat;
import dev.rft.monitor.log.LogReader;
import dev.rft.monitor.log.Logs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How fast logs are read and replayed: a pass over the bytes of the file, one of Jackson's tokens
 * alone where the log is JSON, one of the reader alone, and a replay with the standard detectors,
 * in turn. And a replay as a user runs it, in a process of its own, with its start and compilers.
 */
final class ReplaySpeed {

    private static final List<LogFormat> ALL =
            List.of(
                    LogFormat.TRL,
                    LogFormat.VERL,
                    LogFormat.OPENRLHF,
                    LogFormat.RFT,
                    LogFormat.TENSORBOARD);

    private static final String OWN_CPU = "cpu nanos: ";

    private ReplaySpeed() {}

    /** Goes once over a file; returns how many rows it saw, or 0 where it sees none. */
    @FunctionalInterface
    private interface Pass {
        long over(Path file) throws IOException;
    }

    /** Duration and CPU time of the process, in seconds. */
    private record Seconds(double wall, double cpu) {}

    /**
     * Measures all formats.
     *
     * @param directory where the logs are, or are written to
     * @param megabytes how long each is
     * @param rounds how often each pass is measured, after one round that is not
     */
    static void measure(Path directory, int megabytes, int rounds) throws IOException {
        for (LogFormat format : ALL) {
            Path file = ReplayLogs.write(directory, format, megabytes * 1_000_000L);
            double size = Files.size(file) / 1e6;
            System.out.printf(Locale.ROOT, "%s, %.0f MB, %d steps%n", format, size, read(file));
            Map<String, List<Seconds>> measured = new LinkedHashMap<>();
            for (int round = 0; round <= rounds; round++) {
                for (Map.Entry<String, Pass> pass : passes(format).entrySet()) {
                    Seconds seconds = timed(pass.getValue(), file);
                    if (round > 0) {
                        measured.computeIfAbsent(pass.getKey(), any -> new ArrayList<>())
                                .add(seconds);
                    }
                }
            }
            measured.forEach((name, seconds) -> report(name, size, seconds));
            report("whole process", size, List.of(process(file)));
        }
    }

    private static Map<String, Pass> passes(LogFormat format) {
        Map<String, Pass> passes = new LinkedHashMap<>();
        passes.put("bytes", ReplaySpeed::bytes);
        if (format != LogFormat.OPENRLHF && format != LogFormat.TENSORBOARD) {
            passes.put("tokens", ReplaySpeed::tokens);
        }
        passes.put("reader", ReplaySpeed::read);
        passes.put("replay", ReplaySpeed::replay);
        return passes;
    }

    private static Seconds timed(Pass pass, Path file) throws IOException {
        long wall = System.nanoTime();
        long cpu = CpuTime.nanos();
        pass.over(file);
        return new Seconds((System.nanoTime() - wall) * 1e-9, (CpuTime.nanos() - cpu) * 1e-9);
    }

    private static void report(String name, double size, List<Seconds> seconds) {
        System.out.printf(
                Locale.ROOT,
                "  %-14s %7.1f MB/s   %7.1f MB per CPU second%n",
                name,
                size / median(seconds.stream().mapToDouble(Seconds::wall).toArray()),
                size / median(seconds.stream().mapToDouble(Seconds::cpu).toArray()));
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    private static long bytes(Path file) throws IOException {
        byte[] chunk = new byte[1 << 16];
        long seen = 0;
        try (InputStream in = Files.newInputStream(file)) {
            int count = in.read(chunk);
            while (count >= 0) {
                seen += count;
                count = in.read(chunk);
            }
        }
        if (seen != Files.size(file)) {
            throw new IOException(file + ": must have " + seen + " bytes");
        }
        return 0;
    }

    private static long tokens(Path file) throws IOException {
        long tokens = 0;
        try (InputStream in = Files.newInputStream(file);
                JsonParser json = new JsonFactory().createParser(in)) {
            while (json.nextToken() != null) {
                tokens++;
            }
        }
        return tokens;
    }

    private static long read(Path file) throws IOException {
        long rows = 0;
        try (LogReader log = Logs.open(file)) {
            while (log.next().isPresent()) {
                rows++;
            }
        }
        return rows;
    }

    /**
     * Replays a log as the command does.
     *
     * @param file the log
     * @return how many steps it had
     */
    static long replay(Path file) throws IOException {
        ReplayConfig how = ReplayConfig.defaults();
        Replay replay = new Replay(how, how.monitor().diagnoser(), incident -> {});
        try (LogReader log = Logs.open(file)) {
            replay.readAll(log);
        }
        return replay.records();
    }

    /** Replays a log and prints what the process has cost since its start. */
    static void once(Path file) throws IOException {
        replay(file);
        System.out.println(OWN_CPU + CpuTime.nanos());
    }

    /** Runs {@link #once} with the flags of {@code ./rft}. */
    private static Seconds process(Path file) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        ProcessBuilder builder =
                new ProcessBuilder(
                        java,
                        "-Xmx1g",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "replay-once",
                        file.toString());
        long begin = System.nanoTime();
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (var out = process.inputReader()) {
            String said = out.lines().reduce("", (first, line) -> line);
            double wall = (System.nanoTime() - begin) * 1e-9;
            if (!said.startsWith(OWN_CPU)) {
                throw new IOException("replay-once: must print its CPU time, printed " + said);
            }
            return new Seconds(wall, Long.parseLong(said.substring(OWN_CPU.length())) * 1e-9);
        }
    }
}
