package dev.rft.cli;

import dev.rft.cli.report.HtmlReport;
import dev.rft.cli.report.ReportData;
import dev.rft.cli.report.RunFiles;
import dev.rft.cli.report.Summary;
import dev.rft.faultbench.fault.Fault;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/**
 * Trains a supervised run and its unsupervised twin, lets a fault strike both, and shows the
 * difference.
 */
@Command(
        name = "demo",
        description = {
            "Trains a tiny language model with GRPO twice from one seed, with and without"
                    + " supervision. A fault strikes inside both training processes at a random"
                    + " step.",
            ""
        },
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {

    /** As a shell counts: 128 and the number of the signal SIGINT. */
    private static final int INTERRUPTED = 130;

    /** Longer than a step of the demo takes: its files end with the end of the run. */
    private static final Duration ENDING = Duration.ofSeconds(20);

    @Option(
            names = "--seed",
            paramLabel = "N",
            converter = Arguments.Seed.class,
            description = "Seed of both runs and of the onset (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(
            names = "--steps",
            paramLabel = "N",
            converter = StepsConverter.class,
            description = "Training steps of each run, 100 to 100000 (default: ${DEFAULT-VALUE}).")
    private int steps = 240;

    @Option(
            names = "--fault",
            paramLabel = "NAME",
            converter = FaultConverter.class,
            description =
                    "lr-spike, reward-zero, reward-inflated, nan-gradient, none or another of"
                            + " docs/faultbench.md (default: ${DEFAULT-VALUE}).")
    private Fault fault = Fault.LR_SPIKE;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            converter = Arguments.FileName.class,
            description = "Where journal, metrics and report go (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("rft-demo");

    @Option(
            names = "--json",
            description =
                    "Print one JSON object on standard output and all else on standard error.")
    private boolean json;

    @Spec private CommandSpec spec = CommandSpec.create();

    private final Terminal terminal;
    private final DemoRunner runner;

    DemoCommand(Terminal terminal, DemoRunner runner) {
        this.terminal = terminal;
        this.runner = runner;
    }

    @Override
    public Integer call() throws IOException {
        RunFiles files = new RunFiles(out);
        prepare(files);
        PrintStream people = json ? terminal.err() : terminal.out();
        DemoView view = new DemoView(terminal, people);
        InterruptHook hook = InterruptHook.ofThisThread(ENDING, over -> interrupted(view, over));
        try (hook;
                view) {
            Summary summary = run(files, view);
            view.close();
            ClosingTable.lines(summary, files.report()).forEach(people::println);
            if (json) {
                terminal.out().println(summary.toJson());
            }
            return 0;
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof InterruptedIOException) {
                return INTERRUPTED; // the hook has told of it
            }
            throw e;
        }
    }

    private Summary run(RunFiles files, DemoView view) throws IOException {
        DemoOptions options = new DemoOptions(seed, steps, fault, out);
        Summary summary = runner.run(options, view).summary(options);
        summary.write(files.summary());
        HtmlReport.write(files.report(), ReportData.read(out));
        return summary;
    }

    /**
     * Makes the directories and removes the files of an earlier demo, which would be taken for this
     * one's.
     */
    private void prepare(RunFiles files) {
        boolean earlierDemo = Files.exists(files.supervisedMetrics());
        for (Path file : files.all()) {
            if (!earlierDemo && Files.exists(file)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--out: must not hold files that are not of a demo, holds '" + file + "'");
            }
        }
        try {
            for (Path file : files.all()) {
                Files.createDirectories(file.toAbsolutePath().getParent());
                Files.deleteIfExists(file);
            }
            Files.delete(Files.createTempFile(out, "rft", ".probe"));
        } catch (IOException failed) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--out: must be a directory that can be written, was '" + out + "'",
                    failed);
        }
    }

    private void interrupted(DemoView view, boolean over) {
        if (!over) {
            view.close();
        }
        terminal.err()
                .println("rft demo: interrupted; what was written so far is in '" + out + "'");
        terminal.err().flush();
    }

    static final class StepsConverter implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            int number;
            try {
                number = Integer.parseInt(value);
            } catch (NumberFormatException invalid) {
                number = -1;
            }
            if (number < DemoOptions.MIN_STEPS || number > DemoOptions.MAX_STEPS) {
                throw new TypeConversionException(
                        String.format(
                                Locale.ROOT,
                                "must be an integer in [%d, %d], was '%s'",
                                DemoOptions.MIN_STEPS,
                                DemoOptions.MAX_STEPS,
                                value));
            }
            return number;
        }
    }

    static final class FaultConverter implements ITypeConverter<Fault> {
        @Override
        public Fault convert(String value) {
            return Fault.of(value)
                    .filter(FaultConverter::strikesAddition)
                    .orElseThrow(
                            () ->
                                    new TypeConversionException(
                                            "must be one of "
                                                    + Arrays.stream(Fault.values())
                                                            .filter(FaultConverter::strikesAddition)
                                                            .map(Fault::id)
                                                            .collect(Collectors.joining(", "))
                                                    + ", was '"
                                                    + value
                                                    + "'"));
        }

        private static boolean strikesAddition(Fault fault) {
            return !fault.needsTools() && !fault.needsCritic() && !fault.endsTheRun();
        }
    }
}
