package dev.rft.monitor.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the log in the directory of a run. */
final class LogFiles {

    private static final String TRAINER_STATE = "trainer_state.json";
    private static final Pattern CHECKPOINT = Pattern.compile("checkpoint-(\\d{1,18})");
    private static final Pattern EVENTS = Pattern.compile(".*\\.tfevents\\..*");
    private static final int DEEPEST = 4;

    /** Labels are the truth that replay is measured by; trajectories lie beside a log. */
    private static final Pattern NO_LOG =
            Pattern.compile(
                    "(label|config|summary).*\\.json|trajectories\\..*|journal\\.jsonl|"
                            + Pattern.quote(FaultBenchLines.TRAJECTORIES));

    private static final Pattern MAY_BE_LOG = Pattern.compile(".*\\.(jsonl|log|txt|json|out)");

    private LogFiles() {}

    /**
     * Finds the files of a run, to be read one after the other.
     *
     * @param path the file, or the directory
     * @return one file, or several event files of one directory
     * @throws LogException when there is none, or it is not clear which
     */
    static List<Path> find(Path path) throws IOException {
        if (Files.isRegularFile(path)) {
            return List.of(path);
        }
        if (Files.exists(path) && !Files.isDirectory(path)) {
            throw new LogException(
                    path, 0, "must be a file or a directory, is neither, such as a pipe");
        }
        if (!Files.isDirectory(path)) {
            throw new LogException(path, 0, "no such file or directory");
        }
        Path state = path.resolve(TRAINER_STATE);
        if (Files.isRegularFile(state)) {
            return List.of(state);
        }
        List<Path> found = faultBench(path);
        if (found.isEmpty()) {
            found = newestCheckpoint(path);
        }
        if (found.isEmpty()) {
            found = events(path);
        }
        if (found.isEmpty()) {
            found = readable(path);
        }
        if (found.isEmpty()) {
            throw new LogException(path, 0, "holds no log of a format that rft reads");
        }
        return found;
    }

    private static List<Path> faultBench(Path directory) throws IOException {
        List<Path> all = below(directory, name -> name.equals(FaultBenchLines.FILE));
        if (all.size() > 1) {
            throw new LogException(
                    directory,
                    0,
                    "holds the logs of " + all.size() + " runs; name one, such as " + all.get(0));
        }
        return all;
    }

    private static List<Path> newestCheckpoint(Path directory) throws IOException {
        return list(directory, name -> CHECKPOINT.matcher(name).matches()).stream()
                .filter(checkpoint -> Files.isRegularFile(checkpoint.resolve(TRAINER_STATE)))
                .max(Comparator.comparingLong(LogFiles::number))
                .map(checkpoint -> List.of(checkpoint.resolve(TRAINER_STATE)))
                .orElse(List.of());
    }

    private static long number(Path checkpoint) {
        Matcher matcher = CHECKPOINT.matcher(checkpoint.getFileName().toString());
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
    }

    /** Names of event files begin with the time at which they were made. */
    private static List<Path> events(Path directory) throws IOException {
        List<Path> all = below(directory, name -> EVENTS.matcher(name).matches());
        List<Path> here = all.stream().map(Path::getParent).distinct().toList();
        if (here.size() > 1 && here.contains(directory)) {
            // What lies deeper are single curves of the same run.
            return all.stream().filter(file -> directory.equals(file.getParent())).toList();
        }
        if (here.size() > 1) {
            throw new LogException(
                    directory,
                    0,
                    "holds event files in " + here.size() + " directories; name one: " + here);
        }
        return all;
    }

    private static List<Path> readable(Path directory) throws IOException {
        List<Path> logs =
                list(
                        directory,
                        name ->
                                MAY_BE_LOG.matcher(name).matches()
                                        && !NO_LOG.matcher(name).matches());
        Stream.Builder<Path> known = Stream.builder();
        for (Path log : logs) {
            if (Files.isRegularFile(log) && FormatGuess.of(log).isPresent()) {
                known.add(log);
            }
        }
        List<Path> found = known.build().toList();
        if (found.size() > 1) {
            throw new LogException(directory, 0, "holds several logs; name one: " + found);
        }
        return found;
    }

    private static List<Path> below(Path directory, Predicate<String> named) throws IOException {
        try (Stream<Path> files =
                Files.find(
                        directory,
                        DEEPEST,
                        (file, is) ->
                                is.isRegularFile() && named.test(file.getFileName().toString()))) {
            return files.sorted().toList();
        }
    }

    private static List<Path> list(Path directory, Predicate<String> named) throws IOException {
        try (Stream<Path> children = Files.list(directory)) {
            return children.filter(child -> named.test(child.getFileName().toString()))
                    .sorted()
                    .toList();
        }
    }
}
