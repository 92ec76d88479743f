package dev.rft.cli;

import dev.rft.cli.evaluate.EvaluateCommand;
import dev.rft.cli.evaluate.FingerprintsCommand;
import dev.rft.cli.faultbench.FaultBenchCommand;
import dev.rft.cli.replay.ProfileCommand;
import dev.rft.cli.replay.ReplayCommand;
import dev.rft.cli.run.RunCommand;
import dev.rft.monitor.log.Follow;
import dev.rft.recovery.event.RftEvent;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

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
        line.setOut(new PrintWriter(terminal.out(), true, Charset.defaultCharset()));
        line.setErr(new PrintWriter(terminal.err(), true, Charset.defaultCharset()));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(terminal.ansi()));
        line.setParameterExceptionHandler((bad, given) -> badArguments(bad, terminal.err()));
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

    private static int badArguments(ParameterException bad, PrintStream err) {
        CommandLine command = bad.getCommandLine();
        err.println(name(command) + ": " + oneLine(message(bad)));
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    private static String message(ParameterException bad) {
        if (bad.getArgSpec() instanceof OptionSpec option
                && bad.getCause() instanceof TypeConversionException reason) {
            return option.longestName() + ": " + text(reason);
        }
        String text = text(bad);
        return text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
    }

    private int failed(Exception failure, CommandLine command, PrintStream err) {
        err.println(name(command) + ": " + oneLine(text(failure)));
        if (verbose) {
            failure.printStackTrace(err);
        }
        return command.getCommandSpec().exitCodeOnExecutionException();
    }

    private static String name(CommandLine command) {
        return command.getCommandSpec().qualifiedName();
    }

    private static String text(Exception failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank() ? failure.getClass().getName() : message;
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ").strip();
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
