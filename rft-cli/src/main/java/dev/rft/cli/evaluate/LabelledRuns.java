package dev.rft.cli.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rft.cli.replay.Replay;
import dev.rft.cli.replay.ReplayConfig;
import dev.rft.monitor.diagnose.Diagnoser;
import dev.rft.monitor.log.LogOptions;
import dev.rft.monitor.profile.Profile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/** Scores what is seen in labelled runs, beside the rules in common use. */
public final class LabelledRuns {

    private LabelledRuns() {}

    /**
     * A score.
     *
     * @param lines for people
     * @param json for programs
     */
    public record Scored(List<String> lines, JsonNode json) {

        /** Copies. */
        public Scored {
            lines = List.copyOf(lines);
        }
    }

    /**
     * Scores the runs of a directory.
     *
     * @param directory holds a directory per run, each with a log and a label
     * @param which tells by its directory whether a run takes part
     * @param warnings told of each log with broken lines
     * @return the score
     * @throws IOException when a log or a label cannot be read
     * @throws InterruptedException when this thread is interrupted
     */
    public static Scored score(Path directory, Predicate<Path> which, Consumer<String> warnings)
            throws IOException, InterruptedException {
        List<Evaluation.Run> runs =
                Evaluation.find(directory, warnings).stream()
                        .filter(run -> which.test(run.directory()))
                        .toList();
        if (runs.isEmpty()) {
            throw new IOException(directory + ": holds no run that is done");
        }
        Map<String, List<RunResult>> results =
                evaluation(ReplayConfig.defaults(), LogOptions.defaults())
                        .evaluate(runs, 1, warnings);
        Map<String, Map<String, List<RunResult>>> titled = new LinkedHashMap<>();
        titled.put("all", results);
        return new Scored(
                EvaluationText.lines("all", results),
                new ObjectMapper().readTree(EvaluationJson.of(titled)));
    }

    /** The library as it is configured, and what others do. */
    static Evaluation evaluation(ReplayConfig how, LogOptions options) throws IOException {
        return evaluation(how, options, label -> Optional.empty());
    }

    /** The same, with a profile for each run for which there is one. */
    static Evaluation evaluation(
            ReplayConfig how, LogOptions options, Function<Label, Optional<Profile>> profiles)
            throws IOException {
        Diagnoser diagnoser = how.monitor().diagnoser();
        List<Method> methods = new ArrayList<>();
        methods.add(
                new Method(
                        "rft",
                        label ->
                                new ReplayMethod(
                                        new Replay(
                                                profiles.apply(label)
                                                        .map(how::withProfile)
                                                        .orElse(how),
                                                diagnoser,
                                                incident -> {}))));
        methods.addAll(Baselines.all());
        return new Evaluation(methods, options);
    }
}
