package dev.rft.cli;

import dev.rft.monitor.json.Reason;
import dev.rft.monitor.log.LogOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that learns something from the logs of runs and writes it to a file. */
public abstract class LearnCommand implements Callable<Integer> {

    private static final int UNREADABLE = 2;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "Where what was learned goes; a file that is there is replaced.")
    private @Nullable Path out;

    @Option(
            names = "--ignore-trajectories",
            description = "Do not read the trajectories that lie beside a log.")
    private boolean ignoreTrajectories;

    @Spec private CommandSpec spec = CommandSpec.create();

    private final PrintStream told;
    private final PrintStream err;

    /**
     * Makes the command.
     *
     * @param told receives what was learned
     * @param err receives what went wrong
     */
    protected LearnCommand(PrintStream told, PrintStream err) {
        this.told = told;
        this.err = err;
    }

    /** Writes what was learned. */
    @FunctionalInterface
    protected interface Learned {
        /**
         * Writes it.
         *
         * @param file made, or replaced as a whole
         * @throws IOException when it cannot be written
         */
        void write(Path file) throws IOException;
    }

    /**
     * Learns.
     *
     * @return what was learned
     * @throws IOException when a log cannot be read
     * @throws IllegalStateException when the logs are too few to learn from
     */
    protected abstract Learned learn() throws IOException;

    @Override
    public final Integer call() {
        Path file = out;
        if (file == null) {
            throw bad("--out: must be given");
        }
        try {
            WholeFile.check(file);
        } catch (IOException wrong) {
            throw bad("--out: " + Reason.of(wrong));
        }
        try {
            learn().write(file);
            tell("written to " + file);
            return 0;
        } catch (IOException | IllegalStateException failed) {
            warn(Reason.of(failed));
            return UNREADABLE;
        }
    }

    /** Returns how the logs are to be read. */
    protected final LogOptions logs() {
        return LogOptions.defaults().withTrajectories(!ignoreTrajectories);
    }

    /** Returns this command's description. */
    protected final CommandSpec spec() {
        return spec;
    }

    /**
     * Tells what was learned.
     *
     * @param line a line
     */
    protected final void tell(String line) {
        told.println(line);
    }

    /**
     * Tells what went wrong.
     *
     * @param what a line, without the command's name
     */
    protected final void warn(String what) {
        err.println("rft " + spec.name() + ": " + what);
    }

    /**
     * Returns the complaint about an argument.
     *
     * @param what a line, without the command's name
     */
    protected final ParameterException bad(String what) {
        return new ParameterException(spec.commandLine(), what);
    }
}
