package dev.rft.cli.evaluate;

import dev.rft.cli.LearnCommand;
import dev.rft.cli.WholeFile;
import dev.rft.monitor.diagnose.FingerprintLearner;
import dev.rft.monitor.diagnose.LearnedFingerprints;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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
public final class FingerprintsCommand extends LearnCommand {

    @Parameters(arity = "1..*", paramLabel = "DIR", description = "The labelled runs.")
    private List<Path> directories = new ArrayList<>();

    @Option(
            names = "--split",
            paramLabel = "FIELD=VALUE",
            description =
                    "Learn only from runs whose label has this value, such as task=A; may be given"
                            + " again for more of them.")
    private List<String> splits = new ArrayList<>();

    /**
     * Makes the command.
     *
     * @param told receives what was learned
     * @param err receives what went wrong
     */
    public FingerprintsCommand(PrintStream told, PrintStream err) {
        super(told, err);
    }

    @Override
    protected Learned learn() throws IOException {
        FingerprintLearner learner = new FingerprintLearner();
        Failures failures = new Failures(logs());
        int faulty = 0;
        for (Evaluation.Run run : runs()) {
            if (run.label().faulty()) {
                faulty++;
                failures.show(run, learner);
            }
        }
        tell(faulty + " runs with a fault, of which could be learned: " + learner.added());
        LearnedFingerprints learned = learner.learn();
        learned.summary().forEach(this::tell);
        return file -> WholeFile.write(file, learned.json());
    }

    private List<Evaluation.Run> runs() throws IOException {
        List<Evaluation.Run> all = new ArrayList<>();
        for (Path directory : directories) {
            all.addAll(Evaluation.find(directory, this::warn));
        }
        if (splits.isEmpty()) {
            return all;
        }
        List<Evaluation.Run> chosen = new ArrayList<>();
        for (String split : splits) {
            chosen.addAll(new Split(split, spec()).choose(all));
        }
        return chosen;
    }
}
