package dev.rft.cli.evaluate;

import dev.rft.api.signal.Observation;
import dev.rft.monitor.log.LogOptions;
import dev.rft.monitor.log.LogProgress;
import dev.rft.monitor.log.LogReader;
import dev.rft.monitor.log.Logs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Shows labelled runs to several methods. The result does not depend on how many at a time. */
final class Evaluation {

    private static final String LABEL = "label.json";

    private final List<Method> methods;
    private final LogOptions options;

    Evaluation(List<Method> methods, LogOptions options) {
        this.methods = List.copyOf(methods);
        this.options = options;
    }

    /**
     * A labelled run.
     *
     * @param directory where its log is
     * @param label the truth
     */
    record Run(Path directory, Label label) {}

    /**
     * Finds the labelled runs in a directory, in the order of their names: those that have a label,
     * or else those of RFT-FaultBench.
     *
     * @param directory the directory
     * @param warnings told of runs that are left out
     * @throws IOException when there are none, or a label cannot be read
     */
    static List<Run> find(Path directory, Consumer<String> warnings) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException(directory + ": must be a directory of labelled runs");
        }
        List<Path> found;
        try (Stream<Path> children = Files.list(directory)) {
            found =
                    children.filter(child -> Files.isRegularFile(child.resolve(LABEL)))
                            .sorted()
                            .toList();
        }
        List<Run> runs = new ArrayList<>();
        for (Path run : found) {
            runs.add(new Run(run, Label.read(run.resolve(LABEL))));
        }
        if (runs.isEmpty()) {
            runs.addAll(FaultBenchRuns.find(directory, warnings));
        }
        if (runs.isEmpty()) {
            throw new IOException(
                    directory
                            + ": holds no run with a "
                            + LABEL
                            + ", and no registry of RFT-FaultBench");
        }
        return runs;
    }

    /**
     * Shows the runs to the methods.
     *
     * @param runs the runs
     * @param parallel how many runs at a time, at least 1
     * @param warnings told of each log with broken lines, in the order of the runs
     * @return the results in the order of the runs, by method in the order of the methods
     * @throws IOException when a log cannot be read
     * @throws InterruptedException when this thread is interrupted
     */
    Map<String, List<RunResult>> evaluate(List<Run> runs, int parallel, Consumer<String> warnings)
            throws IOException, InterruptedException {
        Map<String, List<RunResult>> results = new LinkedHashMap<>();
        methods.forEach(method -> results.put(method.name(), new ArrayList<>()));
        ExecutorService workers = Executors.newFixedThreadPool(parallel);
        try {
            List<Future<Watched>> futures = new ArrayList<>();
            for (Run run : runs) {
                futures.add(workers.submit(() -> watch(run)));
            }
            for (Future<Watched> future : futures) {
                Watched watched = future.get();
                if (!watched.broken().isEmpty()) {
                    warnings.accept(watched.broken());
                }
                for (int i = 0; i < methods.size(); i++) {
                    results.computeIfAbsent(methods.get(i).name(), any -> new ArrayList<>())
                            .add(watched.results().get(i));
                }
            }
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof IOException unreadable) {
                throw unreadable;
            }
            throw new IllegalStateException(failed.getCause());
        } finally {
            workers.shutdownNow();
        }
        return results;
    }

    /** What the methods said of a run, and what is wrong with its log. */
    private record Watched(List<RunResult> results, String broken) {}

    private Watched watch(Run run) throws IOException {
        List<Method.Watcher> watchers =
                methods.stream().map(method -> method.watcher().apply(run.label())).toList();
        try (LogReader log = Logs.open(run.directory(), options)) {
            Optional<Observation> next = log.next();
            while (next.isPresent()) {
                for (Method.Watcher watcher : watchers) {
                    watcher.observe(next.get());
                }
                next = log.next();
            }
            LogProgress progress = log.progress();
            return new Watched(
                    watchers.stream()
                            .map(
                                    watcher ->
                                            new RunResult(
                                                    run.label(),
                                                    progress.records(),
                                                    watcher.alarms()))
                            .toList(),
                    progress.skipped() == 0
                            ? ""
                            : run.label().run()
                                    + ": "
                                    + progress.skipped()
                                    + " skipped, the first "
                                    + progress.firstSkipped());
        }
    }
}
