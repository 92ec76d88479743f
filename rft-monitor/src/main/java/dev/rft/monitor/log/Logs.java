package dev.rft.monitor.log;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Opens the logs of trainers. */
public final class Logs {

    private Logs() {}

    /**
     * Opens a log and finds out its format by its content.
     *
     * @param path the log, or a directory that holds one
     * @return the reader; the caller closes it
     * @throws LogException when it is of no format that rft knows
     * @throws IOException when it cannot be read
     */
    public static LogReader open(Path path) throws IOException {
        return open(path, LogOptions.defaults());
    }

    /**
     * Opens a log.
     *
     * @param path the log, or a directory that holds one
     * @param options how to read it
     * @return the reader; the caller closes it
     * @throws LogException when it is not of the format
     * @throws IOException when it cannot be read
     */
    public static LogReader open(Path path, LogOptions options) throws IOException {
        Objects.requireNonNull(options, "options");
        List<Path> files = LogFiles.find(path);
        Path file = files.get(0);
        LogFormat format = options.format().isPresent() ? options.format().get() : guess(file);
        Skips skips = new Skips();
        RowSource rows = rows(format, path, files, options, skips);
        try {
            Optional<Path> beside =
                    options.trajectories() && options.follow().isEmpty()
                            ? Trajectories.beside(file)
                            : Optional.empty();
            return new StepReader(
                    format,
                    file,
                    rows,
                    beside.isPresent() ? Trajectories.open(beside.get(), skips) : null,
                    skips,
                    runId(path));
        } catch (IOException | RuntimeException e) {
            rows.close();
            throw e;
        }
    }

    /**
     * Reads a log from a stream, such as a program's output while it runs. Lines that are none of
     * the format are passed over and counted.
     *
     * @param in the stream; closed with the reader
     * @param format a format of lines: not {@link LogFormat#TENSORBOARD}, and of {@link
     *     LogFormat#TRL} the lines alone
     * @param name names the stream in messages, and the run in observations
     * @return the reader; the caller closes it
     * @throws IOException when the stream cannot be read
     */
    public static LogReader read(InputStream in, LogFormat format, String name) throws IOException {
        LineFormat lines =
                switch (format) {
                    case RFT -> new RftLines();
                    case TRL -> new TrlLines();
                    case VERL -> new VerlLines(false);
                    case OPENRLHF -> new OpenRlhfLines();
                    case RFT_FAULTBENCH -> new FaultBenchLines();
                    case TENSORBOARD ->
                            throw new IllegalArgumentException(
                                    "format: must be one of lines, was " + format.id());
                };
        Path source = Path.of(name);
        Skips skips = new Skips();
        LineRows rows = new LineRows(source, new LineSource(Utf8Stream.of(in), true), lines, skips);
        return new StepReader(format, source, rows, null, skips, name);
    }

    private static LogFormat guess(Path file) throws IOException {
        if (Files.size(file) == 0) {
            throw new LogException(file, 0, "is empty");
        }
        return FormatGuess.of(file)
                .orElseThrow(
                        () ->
                                new LogException(
                                        file,
                                        0,
                                        "is of no format that rft reads (trl, verl, openrlhf,"
                                                + " tensorboard, rft, rft-faultbench)"));
    }

    private static RowSource rows(
            LogFormat format, Path path, List<Path> files, LogOptions options, Skips skips)
            throws IOException {
        Path file = files.get(0);
        Optional<Follow> follow = options.follow();
        return switch (format) {
            case TENSORBOARD -> new EventFiles(files, next -> input(next, follow), skips);
            case VERL -> lines(file, new VerlLines(follow.isEmpty()), follow, skips);
            case OPENRLHF -> lines(file, new OpenRlhfLines(), follow, skips);
            case RFT -> lines(file, new RftLines(), follow, skips);
            case RFT_FAULTBENCH -> lines(file, new FaultBenchLines(), follow, skips);
            case TRL -> {
                if (!FormatGuess.isTrainerState(file)) {
                    yield lines(file, new TrlLines(), follow, skips);
                }
                yield follow.isPresent()
                        ? new FollowedState(path, follow.get())
                        : TrainerState.open(file);
            }
        };
    }

    private static RowSource lines(
            Path file, LineFormat format, Optional<Follow> follow, Skips skips) throws IOException {
        InputStream in = input(file, follow);
        try {
            LineSource lines = new LineSource(Utf8Stream.of(in), follow.isPresent());
            return new LineRows(file, lines, format, skips);
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    private static InputStream input(Path file, Optional<Follow> follow) throws IOException {
        return follow.isPresent() ? new TailStream(file, follow.get()) : Files.newInputStream(file);
    }

    private static String runId(Path path) {
        Path name = path.toAbsolutePath().normalize().getFileName();
        return name == null ? "run" : name.toString();
    }
}
