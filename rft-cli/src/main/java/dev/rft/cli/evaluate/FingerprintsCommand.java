package dev.rft.cli.evaluate;

import dev.rft.monitor.diagnose.FingerprintLearner;
import dev.rft.monitor.diagnose.LearnedFingerprints;
import dev.rft.monitor.log.LogOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Learns what faults look like from runs whose truth is known. */
@Command(
        name = "fingerprints",
        description = {
            "Learns what faults look like from labelled runs, beside what rft knows, and writes it"
                    + " to a file for the key monitor.fingerprints of --config. DIR is as for rft"
                    + " evaluate.",
            ""
        },
        mixinStandardHelpOptions = true)
public final class FingerprintsCommand implements Callable<Integer> {

    private static final int UNREADABLE = 2;

    @Parameters(arity = "1..*", paramLabel = "DIR", description = "The labelled runs.")
    private List<Path> directories = new ArrayList<>();

    @Option(
            names = "--split",
            paramLabel = "FIELD=VALUE",
            description =
                    "Learn only from runs whose label has this value, such as task=A; may be given"
                            + " again for more of them.")
    private List<String> splits = new ArrayList<>();

    @Option(
            names = "--ignore-trajectories",
            description = "Do not read the trajectories that lie beside a log.")
    private boolean ignoreTrajectories;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "Where the fingerprints go; a file that is there is replaced.")
    private @Nullable Path out;

    @Spec private CommandSpec spec = CommandSpec.create();

    private final PrintStream told;
    private final PrintStream err;

    /**
     * Makes the command.
     *
     * @param told receives what was learned
     * @param err receives what went wrong
     */
    public FingerprintsCommand(PrintStream told, PrintStream err) {
        this.told = told;
        this.err = err;
    }

    @Override
    public Integer call() {
        Path file = out;
        if (file == null) {
            throw new ParameterException(spec.commandLine(), "--out: must be given");
        }
        try {
            FingerprintLearner learner = new FingerprintLearner();
            int faulty = 0;
            for (Evaluation.Run run : runs()) {
                if (run.label().faulty()) {
                    faulty++;
                    Failures failures =
                            new Failures(
                                    LogOptions.defaults().withTrajectories(!ignoreTrajectories));
                    failures.show(run, learner);
                }
            }
            told.println(
                    faulty + " runs with a fault, of which could be learned: " + learner.added());
            LearnedFingerprints learned = learner.learn();
            learned.summary().forEach(told::println);
            write(file, learned.json());
            told.println("written to " + file);
            return 0;
        } catch (IOException | IllegalStateException failed) {
            err.println("rft fingerprints: " + failed.getMessage());
            return UNREADABLE;
        }
    }

    private List<Evaluation.Run> runs() throws IOException {
        List<Evaluation.Run> all = new ArrayList<>();
        for (Path directory : directories) {
            all.addAll(
                    Evaluation.find(
                            directory, warning -> err.println("rft fingerprints: " + warning)));
        }
        if (splits.isEmpty()) {
            return all;
        }
        List<Evaluation.Run> chosen = new ArrayList<>();
        for (String split : splits) {
            chosen.addAll(new Split(split, spec).choose(all));
        }
        return chosen;
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        Path absolute = file.toAbsolutePath();
        Path half = absolute.resolveSibling(absolute.getFileName() + ".half");
        try {
            Files.write(half, bytes);
            Files.move(half, absolute, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(half);
        }
    }
}
