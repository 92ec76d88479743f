package dev.rft.cli.run;

import dev.rft.api.signal.StepKey;
import dev.rft.cli.Arguments;
import dev.rft.monitor.Monitor;
import dev.rft.monitor.json.Reason;
import dev.rft.monitor.log.LogFormat;
import dev.rft.recovery.Mode;
import dev.rft.recovery.RecoveryConfig;
import dev.rft.recovery.RemoteOptions;
import dev.rft.recovery.RemoteRun;
import dev.rft.recovery.RunMemory;
import dev.rft.recovery.Watchdog;
import dev.rft.recovery.event.RftListener;
import dev.rft.recovery.journal.JournalReader;
import dev.rft.recovery.journal.JsonlJournal;
import dev.rft.recovery.journal.MetricsLog;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Supervises a command that trains. */
@Command(
        name = "run",
        description = {
            "Runs a command that trains, in any language, and supervises it by what it logs:"
                    + " restarts it when it crashes or hangs, and hands decisions to it through"
                    + " files where it takes part.",
            "",
            "Exit code: that of the command; 124 when it hung and was given up; 2 for bad"
                    + " arguments; 125 when rft itself failed.",
            ""
        },
        mixinStandardHelpOptions = true,
        exitCodeOnExecutionException = RunCommand.FAILED)
public final class RunCommand implements Callable<Integer> {

    /** The exit code when the supervision fails, as of {@code timeout} and its like. */
    static final int FAILED = 125;

    private static final Duration POLL = Duration.ofMillis(200);

    @Option(
            names = "--log",
            paramLabel = "FILE",
            description =
                    "The log that the command writes, or a directory; it need not be there yet."
                            + " Without it, lines of rft's own format are read from the command's"
                            + " output.")
    private @Nullable Path log;

    @Option(
            names = "--format",
            paramLabel = "NAME",
            converter = Arguments.FormatName.class,
            description =
                    "auto, trl, verl, openrlhf, tensorboard, rft or rft-faultbench (default: auto;"
                            + " rft for the command's output).")
    private Arguments.Format format = Arguments.Format.AUTO;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Thresholds and budgets, JSON; see docs/configuration.md.")
    private @Nullable Path config;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "Where journal, metrics and control files go (default: rft-run beside the log,"
                            + " or here).")
    private @Nullable Path out;

    @Option(
            names = "--resume",
            description =
                    "Goes on with the run whose files are there already: with its budgets, its"
                            + " incidents, and what its steps have taught the detectors.")
    private boolean resume;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            converter = ModeConverter.class,
            description = "act, or shadow to watch and do nothing (default: act).")
    private Mode mode = Mode.act();

    @Option(
            names = "--adviser",
            paramLabel = "COMMAND",
            description =
                    "A shell command that is asked before each action, with the question in its"
                            + " environment (docs/run.md): exit code 0 allows it, 1 does not.")
    private @Nullable String adviser;

    @Option(
            names = "--advice-timeout",
            paramLabel = "SECONDS",
            converter = SecondsConverter.class,
            description =
                    "An adviser that has not answered after this is killed, and the action is not"
                            + " carried out (default: 60).")
    private Duration adviceTimeout = Duration.ofSeconds(60);

    @Option(
            names = "--hang-floor",
            paramLabel = "SECONDS",
            converter = SecondsConverter.class,
            description =
                    "A step hangs when it takes five times as long as usual, and not less than"
                            + " this (default: 30). Choose more than an evaluation takes.")
    private Duration hangFloor = Duration.ofSeconds(30);

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            converter = SecondsConverter.class,
            description = "A command that is told to end is killed after this (default: 30).")
    private Duration patience = Duration.ofSeconds(30);

    @Option(
            names = "--ack-steps",
            paramLabel = "N",
            converter = Arguments.Count.class,
            description =
                    "A decision that the command has not answered after so many steps, and ten"
                            + " seconds, was advice (default: ${DEFAULT-VALUE}).")
    private int ackSteps = 5;

    @Parameters(
            arity = "1..*",
            paramLabel = "COMMAND",
            description = "The command and its arguments, after '--'.")
    private List<String> command = new ArrayList<>();

    @Spec private CommandSpec spec = CommandSpec.create();

    private final PrintStream err;
    private final RftListener teller;

    /**
     * Makes the command.
     *
     * @param err gets what the user is told; standard output is the supervised command's
     * @param teller tells the user of events
     */
    public RunCommand(PrintStream err, RftListener teller) {
        this.err = err;
        this.teller = teller;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        RecoveryConfig thresholds = thresholds();
        if (OwnGroup.find(command.get(0)).isEmpty()) {
            throw bad("command: must be there and executable, was '" + command.get(0) + "'", null);
        }
        if (log == null && format.format().filter(LogFormat.TENSORBOARD::equals).isPresent()) {
            throw bad("--format: tensorboard must come with --log", null);
        }
        if (adviser != null && mode instanceof Mode.Shadow) {
            throw bad("--adviser: must not come with --mode shadow, which does nothing", null);
        }
        Path directory = directory();
        Optional<Path> watched = Optional.ofNullable(log);
        // Without a buffer, and not closed: it is this process's own.
        OutputStream output = new FileOutputStream(FileDescriptor.out);
        RunPlan plan =
                new RunPlan(
                        command,
                        watched,
                        format.format(),
                        directory.resolve("control"),
                        Child.Streams.inherited(),
                        output,
                        patience,
                        POLL);
        return supervise(plan, directory, thresholds);
    }

    private int supervise(RunPlan plan, Path directory, RecoveryConfig thresholds)
            throws IOException, InterruptedException {
        Path journalFile = directory.resolve("journal.jsonl");
        String runId = log == null ? "run" : String.valueOf(log.toAbsolutePath().getFileName());
        Path metricsFile = directory.resolve("metrics.jsonl");
        Optional<RunMemory> earlier =
                resume ? remembered(journalFile, metricsFile) : Optional.empty();
        StepKey start = new StepKey(0, 0, incarnation(journalFile));
        RemoteOptions options =
                new RemoteOptions(
                        thresholds,
                        mode(),
                        Watchdog.defaults().withFloor(hangFloor),
                        ackSteps,
                        Duration.ofSeconds(10),
                        Clock.systemUTC(),
                        new SplittableRandom());
        try (JsonlJournal journal = JsonlJournal.open(journalFile, runId);
                MetricsLog metrics = MetricsLog.open(metricsFile);
                Guard guard = Guard.start();
                RemoteRun run =
                        run(
                                earlier,
                                runId,
                                start,
                                List.of(journal, metrics, teller),
                                plan,
                                options)) {
            ChildRunner runner = new ChildRunner(plan, run, guard, err);
            Signals signals = new Signals(runner::signalled);
            try (signals) {
                run.begin(Map.of("command", String.join(" ", command)));
                return runner.run();
            }
        }
    }

    private static RemoteRun run(
            Optional<RunMemory> earlier,
            String runId,
            StepKey start,
            List<RftListener> listeners,
            RunPlan plan,
            RemoteOptions options)
            throws IOException {
        Monitor monitor = options.config().monitor().monitor();
        return earlier.isPresent()
                ? new RemoteRun(monitor, listeners, plan.control(), earlier.get(), options)
                : new RemoteRun(runId, monitor, listeners, plan.control(), start, options);
    }

    /** What the files tell of an earlier run; nothing when there is none. */
    private static Optional<RunMemory> remembered(Path journal, Path metrics) throws IOException {
        return Files.exists(journal) && Files.exists(metrics)
                ? RunMemory.ofLastStep(JournalReader.read(journal), MetricsLog.read(metrics))
                : Optional.empty();
    }

    private Mode mode() {
        return adviser == null ? mode : Mode.advise(new CommandAdvisor(adviser), adviceTimeout);
    }

    /** An earlier run with the same files has used the incarnations below. */
    private static int incarnation(Path journal) throws IOException {
        return Files.exists(journal) ? JournalReader.read(journal).nextIncarnation() : 0;
    }

    private RecoveryConfig thresholds() {
        if (config == null) {
            return RecoveryConfig.defaults();
        }
        try {
            RecoveryConfig read = RecoveryConfig.read(config);
            try {
                read.monitor().diagnoser(); // reads the fingerprints before anything is started
            } catch (IOException wrong) {
                throw new IOException(
                        config + ": monitor.fingerprints: " + Reason.of(wrong), wrong);
            }
            return read;
        } catch (IOException | IllegalArgumentException wrong) {
            throw bad("--config: " + Reason.of(wrong), wrong);
        }
    }

    private Path directory() {
        Path chosen = out;
        if (chosen == null) {
            Path beside = log == null ? Path.of("") : log.toAbsolutePath();
            boolean inside = log == null || Files.isDirectory(beside);
            chosen = (inside ? beside : beside.resolveSibling("")).resolve("rft-run");
        }
        try {
            return Files.createDirectories(chosen);
        } catch (IOException failed) {
            throw bad(
                    "--out: must be a directory that can be written, was '" + chosen + "'", failed);
        }
    }

    private ParameterException bad(String message, @Nullable Throwable cause) {
        return new ParameterException(spec.commandLine(), message, cause);
    }

    static final class ModeConverter implements ITypeConverter<Mode> {
        @Override
        public Mode convert(String value) {
            return switch (value) {
                case "act" -> Mode.act();
                case "shadow" -> Mode.shadow();
                default ->
                        throw new TypeConversionException(
                                "must be act or shadow, was '" + value + "'");
            };
        }
    }

    static final class SecondsConverter implements ITypeConverter<Duration> {
        private static final double LONGEST = 86_400.0 * 365;

        @Override
        public Duration convert(String value) {
            double seconds;
            try {
                seconds = Double.parseDouble(value);
            } catch (NumberFormatException invalid) {
                seconds = Double.NaN;
            }
            if (!(seconds >= 1e-3 && seconds <= LONGEST)) {
                throw new TypeConversionException(
                        "must be seconds, from 0.001 to a year, was '" + value + "'");
            }
            return Duration.ofMillis(Math.round(seconds * 1e3));
        }
    }
}
