package dev.rft.cli.faultbench;

import dev.rft.monitor.json.Reason;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A process that does one workload from one seed. Its progress is passed on, and kept with what it
 * logs.
 */
final class UnitProcess {

    private static final int SIGNALLED = 128;

    private final String name;
    private final List<String> arguments;
    private final Path log;

    /**
     * Describes a process.
     *
     * @param name the unit's
     * @param arguments of {@link UnitCommand}
     * @param out where the runs go; the log goes into its {@code logs}
     */
    UnitProcess(String name, List<String> arguments, Path out) {
        this.name = name;
        this.arguments = List.copyOf(arguments);
        this.log = out.resolve("logs").resolve(name + ".log");
    }

    /**
     * Executes the unit.
     *
     * @param out gets the progress
     * @param err is told when it fails
     * @return whether it ended well
     */
    boolean succeeds(PrintStream out, PrintStream err) throws InterruptedException {
        try {
            return executed(out, err);
        } catch (IOException failed) {
            err.printf(
                    "rft faultbench run: %s: could not be executed: %s; its log is %s%n",
                    name, Reason.of(failed), log);
            return false;
        }
    }

    private boolean executed(PrintStream out, PrintStream err)
            throws IOException, InterruptedException {
        Files.createDirectories(log.toAbsolutePath().getParent());
        Process process =
                new ProcessBuilder(command())
                        .redirectError(Redirect.appendTo(log.toFile()))
                        .start();
        try (BufferedReader lines = process.inputReader();
                PrintStream kept =
                        new PrintStream(
                                Files.newOutputStream(
                                        log, StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                                true,
                                Charset.defaultCharset())) {
            lines.lines()
                    .forEach(
                            line -> {
                                out.println(line);
                                kept.println(line);
                            });
            int code = process.waitFor();
            if (code != 0) {
                err.printf(
                        "rft faultbench run: %s: its process ended with %d%s; its log is"
                                + " %s, and the same command goes on where it stopped%n",
                        name,
                        code,
                        code > SIGNALLED ? " (signal " + (code - SIGNALLED) + ")" : "",
                        log);
            }
            return code == 0;
        } finally {
            process.destroy();
        }
    }

    private List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-XX:ErrorFile=" + log.resolveSibling(name + "-crash.log").toAbsolutePath());
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of("dev.rft.cli.Main", "faultbench", "unit"));
        command.addAll(arguments);
        return command;
    }
}
