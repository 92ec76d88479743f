package dev.rft.cli;

import dev.rft.cli.evaluate.EvaluateCommand;
import dev.rft.cli.evaluate.FingerprintsCommand;
import dev.rft.cli.faultbench.FaultBenchCommand;
import dev.rft.cli.replay.ProfileCommand;
import dev.rft.cli.replay.ReplayCommand;
import dev.rft.cli.run.RunCommand;
import dev.rft.monitor.json.Reason;
import dev.rft.monitor.log.Follow;
import dev.rft.recovery.event.RftEvent;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The {@code rft} command. */
@Command(
        name = "rft",
        description =
                "Keeps reinforcement fine-tuning alive: sees a failure begin, names it, repairs it,"
                        + " proves it.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class)
public final class Main implements Runnable {

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Print the stack trace of a failure.")
    private boolean verbose;

    @Spec private CommandSpec spec = CommandSpec.create();

    private static final Follow FOLLOWING =
            new Follow(
                    Duration.ofSeconds(1),
                    time -> TimeUnit.MILLISECONDS.sleep(time.toMillis()),
                    () -> false);

    private Main() {}

    /**
     * Runs the command and ends the process with its exit code.
     *
     * @param args the arguments
     */
    public static void main(String[] args) {
        // A log is read without the engine, which the demo would load.
        DemoRunner demo = (options, view) -> new TrainingDemo().run(options, view);
        System.exit(run(args, Terminal.system(), demo));
    }

    /**
     * Runs a command line.
     *
     * @param args the arguments
     * @param terminal what to write to
     * @param runner trains for the demo
     * @return the exit code: 0, 1 for a failure, 2 for bad arguments; replay has its own
     */
    static int run(String[] args, Terminal terminal, DemoRunner runner) {
        Main main = new Main();
        CommandLine line = new CommandLine(main);
        line.addSubcommand(new DemoCommand(terminal, runner));
        line.addSubcommand(new ReplayCommand(terminal.out(), terminal.err(), FOLLOWING));
        line.addSubcommand(new ProfileCommand(terminal.out(), terminal.err()));
        line.addSubcommand(new EvaluateCommand(terminal.out(), terminal.err()));
        line.addSubcommand(new FingerprintsCommand(terminal.out(), terminal.err()));
        line.addSubcommand(FaultBenchCommand.create(terminal.out(), terminal.err()));
        // What follows a command's name is the command's, and so are its arguments with an @.
        CommandLine run =
                new CommandLine(new RunCommand(terminal.err(), event -> tell(event, terminal)));
        run.setStopAtPositional(true);
        line.addSubcommand(run);
        line.setExpandAtFiles(false);
        line.registerConverter(Path.class, new Arguments.FileName());
        line.setOut(new PrintWriter(terminal.out(), true, Charset.defaultCharset()));
        line.setErr(new PrintWriter(terminal.err(), true, Charset.defaultCharset()));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(terminal.ansi()));
        line.setParameterExceptionHandler((bad, given) -> badArguments(bad, given, terminal.err()));
        line.setExecutionExceptionHandler(
                (failure, command, parsed) -> main.failed(failure, command, terminal.err()));
        return line.execute(args);
    }

    private static void tell(RftEvent event, Terminal terminal) {
        EventLine.of(event)
                .forEach(told -> terminal.err().println("rft: " + told.render(terminal.ansi())));
    }

    /** Without a subcommand there is nothing to do. */
    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "a command must be given, such as 'rft demo'");
    }

    private static int badArguments(ParameterException bad, String[] given, PrintStream err) {
        CommandLine command = bad.getCommandLine();
        err.println(name(command) + ": " + Complaint.of(bad, given));
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    private int failed(Exception failure, CommandLine command, PrintStream err) {
        err.println(name(command) + ": " + Reason.of(failure));
        if (verbose) {
            failure.printStackTrace(err);
        }
        return command.getCommandSpec().exitCodeOnExecutionException();
    }

    private static String name(CommandLine command) {
        return command.getCommandSpec().qualifiedName();
    }

    /** The version that the build wrote down. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() throws IOException {
            Properties properties = new Properties();
            try (InputStream in = Main.class.getResourceAsStream("version.properties")) {
                properties.load(Objects.requireNonNull(in, "version.properties"));
            }
            return new String[] {"rft " + properties.getProperty("version")};
        }
    }
}
