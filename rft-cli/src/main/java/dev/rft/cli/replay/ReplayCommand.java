package dev.rft.cli.replay;

import dev.rft.cli.Arguments;
import dev.rft.monitor.diagnose.Diagnoser;
import dev.rft.monitor.json.Reason;
import dev.rft.monitor.log.Follow;
import dev.rft.monitor.log.LogOptions;
import dev.rft.monitor.log.LogProgress;
import dev.rft.monitor.log.LogReader;
import dev.rft.monitor.log.Logs;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Watches a run that is over, or is trained elsewhere, by its log. */
@Command(
        name = "replay",
        description = {
            "Reads the log of a training run, of rft or of another trainer, and reports the"
                    + " incidents in it.",
            "Exit code: 0 no incident, 1 at least one, 2 unreadable.",
            ""
        },
        mixinStandardHelpOptions = true,
        exitCodeOnExecutionException = 2)
public final class ReplayCommand implements Callable<Integer> {

    /** The log holds at least one incident. */
    private static final int INCIDENT = 1;

    /** The log cannot be read. */
    private static final int UNREADABLE = 2;

    @Parameters(paramLabel = "PATH", description = "The log, or the directory of a run.")
    private Path path = Path.of("");

    @Option(
            names = "--format",
            paramLabel = "NAME",
            converter = Arguments.FormatName.class,
            description =
                    "auto, trl, verl, openrlhf, tensorboard, rft or rft-faultbench (default:"
                            + " auto).")
    private Arguments.Format format = Arguments.Format.AUTO;

    @Option(
            names = "--ignore-trajectories",
            description =
                    "Do not read the trajectories that lie beside a log; they are used otherwise.")
    private boolean ignoreTrajectories;

    @Option(
            names = "--follow",
            description =
                    "Go on as the log grows, until interrupted; each incident is printed at its"
                            + " first alarm, with --json one object per line whenever there is a"
                            + " new one.")
    private boolean follow;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "JSON object with any of monitor (detectors, fingerprints), quietSteps,"
                            + " settleSteps; see docs/configuration.md.")
    private @Nullable Path config;

    @Option(
            names = "--profile",
            paramLabel = "FILE",
            description =
                    "What healthy runs of this set-up look like, from rft profile, in place of the"
                            + " configuration's.")
    private @Nullable Path profile;

    @Option(names = "--json", description = "Print one JSON object on one line.")
    private boolean json;

    private final PrintStream out;
    private final PrintStream err;
    private final Follow following;

    /**
     * Makes the command.
     *
     * @param out receives the report
     * @param err receives what went wrong
     * @param following how to wait for more of a log
     */
    public ReplayCommand(PrintStream out, PrintStream err, Follow following) {
        this.out = out;
        this.err = err;
        this.following = following;
    }

    @Override
    public Integer call() {
        LogOptions options =
                LogOptions.defaults()
                        .withFormat(format.format())
                        .withTrajectories(!ignoreTrajectories);
        try (LogReader log = Logs.open(path, follow ? options.following(following) : options)) {
            Replay replay = replay(log);
            replay.readAll(log);
            checkReadable(log);
            if (json) {
                out.println(ReplayJson.of(replay.records(), replay.incidents(), replay.warnings()));
            } else {
                ReplayText.lines(log, replay).forEach(out::println);
            }
            replay.warnings().forEach(this::warn);
            replay.remark().ifPresent(this::warn);
            warnOfSkipped(log.progress());
            return replay.incidents().isEmpty() ? 0 : INCIDENT;
        } catch (IOException unreadable) {
            warn(Reason.of(unreadable));
            return UNREADABLE;
        }
    }

    private Replay replay(LogReader log) throws IOException {
        ReplayConfig how = ReplayConfig.of(config, profile);
        Diagnoser diagnoser = how.monitor().diagnoser();
        if (!follow) {
            return new Replay(how, diagnoser, incident -> {});
        }
        List<ReplayedIncident> soFar = new ArrayList<>();
        return new Replay(
                how,
                diagnoser,
                incident -> {
                    soFar.add(incident);
                    if (json) {
                        out.println(ReplayJson.of(log.progress().records(), soFar, List.of()));
                    } else {
                        ReplayText.of(incident).forEach(out::println);
                    }
                });
    }

    private void warn(String what) {
        err.println("rft replay: " + what);
    }

    /** A log of which nothing could be read is no log without an incident. */
    private void checkReadable(LogReader log) throws IOException {
        LogProgress progress = log.progress();
        if (follow || progress.records() > 0) {
            return;
        }
        if (progress.skipped() > 0) {
            throw new IOException(
                    path
                            + ": nothing could be read, "
                            + progress.skipped()
                            + " skipped, the first "
                            + progress.firstSkipped());
        }
        if (format.format().isPresent()) {
            try (LogReader found = Logs.open(path)) {
                if (!found.format().equals(log.format())) {
                    throw new IOException(
                            path
                                    + ": holds no step of the format "
                                    + log.format()
                                    + "; it looks like "
                                    + found.format());
                }
            }
        }
    }

    private void warnOfSkipped(LogProgress progress) {
        if (progress.skipped() > 0) {
            warn(
                    "skipped "
                            + progress.skipped()
                            + (progress.skipped() == 1 ? " line, " : " lines, the first ")
                            + progress.firstSkipped());
        }
    }
}
