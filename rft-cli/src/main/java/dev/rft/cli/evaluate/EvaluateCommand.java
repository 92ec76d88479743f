package dev.rft.cli.evaluate;

import dev.rft.cli.Arguments;
import dev.rft.cli.replay.ReplayConfig;
import dev.rft.monitor.json.Reason;
import dev.rft.monitor.log.LogOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Scores replay over runs whose truth is known. */
@Command(
        name = "evaluate",
        description = {
            "Replays labelled runs and scores what is found, beside the rules in common use. DIR"
                    + " holds a directory per run, each with a log and a label.json, or the data set"
                    + " RFT-FaultBench with its registries.",
            ""
        },
        mixinStandardHelpOptions = true)
public final class EvaluateCommand implements Callable<Integer> {

    private static final int UNREADABLE = 2;

    @Parameters(paramLabel = "DIR", description = "The labelled runs.")
    private Path directory = Path.of("");

    @Option(
            names = "--split",
            paramLabel = "FIELD=VALUE",
            description =
                    "Score only the runs whose label has this value, such as task=A; may be given"
                            + " again, each for a table of its own.")
    private List<String> splits = new ArrayList<>();

    @Option(
            names = "--parallel",
            paramLabel = "N",
            converter = Arguments.Count.class,
            description = "Runs at a time (default: ${DEFAULT-VALUE}).")
    private int parallel = 1;

    @Option(
            names = "--ignore-trajectories",
            description = "Do not read the trajectories that lie beside a log.")
    private boolean ignoreTrajectories;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration of rft replay.")
    private @Nullable Path config;

    @Option(
            names = "--profile",
            paramLabel = "FILE",
            description = "The profile of rft replay, for all runs.")
    private @Nullable Path profile;

    @Option(
            names = "--healthy-profiles",
            description =
                    "Compare each run with a profile of DIR's healthy runs of the same task and"
                            + " other seeds, where there are two.")
    private boolean healthyProfiles;

    @Option(names = "--json", description = "Print one JSON object on one line.")
    private boolean json;

    @Spec private CommandSpec spec = CommandSpec.create();

    private final PrintStream out;
    private final PrintStream err;

    /**
     * Makes the command.
     *
     * @param out receives the scores
     * @param err receives what went wrong
     */
    public EvaluateCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws InterruptedException {
        try {
            List<Evaluation.Run> all = Evaluation.find(directory, this::warn);
            Evaluation evaluation = evaluation(all);
            Map<String, Map<String, List<RunResult>>> scored = new LinkedHashMap<>();
            if (splits.isEmpty()) {
                scored.put("all", evaluation.evaluate(all, parallel, this::warn));
            }
            for (String split : splits) {
                scored.put(
                        split,
                        evaluation.evaluate(
                                new Split(split, spec).choose(all), parallel, this::warn));
            }
            if (json) {
                out.println(EvaluationJson.of(scored));
            } else {
                scored.forEach(
                        (title, results) ->
                                EvaluationText.lines(title, results).forEach(out::println));
            }
            return 0;
        } catch (IOException unreadable) {
            err.println("rft evaluate: " + Reason.of(unreadable));
            return UNREADABLE;
        }
    }

    private void warn(String broken) {
        err.println("rft evaluate: " + broken);
    }

    private Evaluation evaluation(List<Evaluation.Run> all) throws IOException {
        if (healthyProfiles && profile != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--healthy-profiles: must not be given with --profile, which is for all runs");
        }
        ReplayConfig how = ReplayConfig.of(config, profile);
        LogOptions options = LogOptions.defaults().withTrajectories(!ignoreTrajectories);
        return healthyProfiles
                ? LabelledRuns.evaluation(how, options, HealthyRuns.read(all, options)::profileFor)
                : LabelledRuns.evaluation(how, options);
    }
}
