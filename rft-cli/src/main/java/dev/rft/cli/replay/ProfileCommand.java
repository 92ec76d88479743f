package dev.rft.cli.replay;

import dev.rft.api.signal.Observation;
import dev.rft.monitor.AlarmBudget;
import dev.rft.monitor.Finding;
import dev.rft.monitor.Monitor;
import dev.rft.monitor.Verdict;
import dev.rft.monitor.log.LogOptions;
import dev.rft.monitor.log.LogReader;
import dev.rft.monitor.log.Logs;
import dev.rft.monitor.profile.Profile;
import dev.rft.monitor.profile.ProfileDetectors;
import dev.rft.monitor.profile.ProfileLearner;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Learns what healthy runs of a set-up look like. */
@Command(
        name = "profile",
        description = {
            "Learns from the logs of healthy runs of one set-up what its runs look like, for the"
                    + " --profile of rft replay: a fault that is there from the first step on can"
                    + " only be told from earlier runs. Each run is then judged by the others.",
            ""
        },
        mixinStandardHelpOptions = true)
public final class ProfileCommand implements Callable<Integer> {

    private static final int UNREADABLE = 2;

    /** With fewer, only gross deviations can be told from differences between runs. */
    private static final int ENOUGH = 5;

    @Parameters(
            arity = "2..*",
            paramLabel = "LOG",
            description = "A log, or the directory of a run, of two healthy runs or more.")
    private List<Path> logs = List.of();

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "Where the profile goes; a file that is there is replaced.")
    private @Nullable Path out;

    @Option(
            names = "--format",
            paramLabel = "NAME",
            converter = ReplayCommand.FormatConverter.class,
            description = "The format of all logs, as for rft replay (default: auto).")
    private ReplayCommand.Choice format = new ReplayCommand.Choice(Optional.empty());

    @Option(
            names = "--ignore-trajectories",
            description = "Do not read the trajectories that lie beside a log.")
    private boolean ignoreTrajectories;

    @Spec private CommandSpec spec = CommandSpec.create();

    private final PrintStream told;
    private final PrintStream err;

    /**
     * Makes the command.
     *
     * @param told receives what was learned
     * @param err receives what went wrong
     */
    public ProfileCommand(PrintStream told, PrintStream err) {
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
            Map<String, Path> runs = named();
            ProfileLearner learner = learned(runs);
            Profile profile = learner.profile();
            told.println(runs.size() + " runs, " + profile.signals().size() + " signals");
            if (runs.size() > 2) {
                for (Map.Entry<String, Path> run : runs.entrySet()) {
                    judge(run.getKey(), run.getValue(), learner);
                }
            }
            if (runs.size() < ENOUGH) {
                told.println(
                        "few runs: only what is far beyond the differences between them will"
                                + " alarm; "
                                + ENOUGH
                                + " or more tell smaller deviations");
            }
            profile.write(file);
            told.println("written to " + file);
            return 0;
        } catch (IOException | IllegalStateException failed) {
            err.println("rft profile: " + ReplayCommand.reason(failed));
            return UNREADABLE;
        }
    }

    /** Names each run by the last part of its path, by the whole path where that is not unique. */
    private Map<String, Path> named() {
        Map<String, Path> named = new LinkedHashMap<>();
        for (Path log : logs) {
            String last = String.valueOf(log.toAbsolutePath().normalize().getFileName());
            String name = named.containsKey(last) ? log.toString() : last;
            if (named.put(name, log) != null) {
                throw new ParameterException(
                        spec.commandLine(), "LOG: must be different runs, had twice " + log);
            }
        }
        return named;
    }

    private LogReader open(Path log) throws IOException {
        return Logs.open(
                log,
                LogOptions.defaults()
                        .withFormat(format.format())
                        .withTrajectories(!ignoreTrajectories));
    }

    private ProfileLearner learned(Map<String, Path> runs) throws IOException {
        ProfileLearner learner = new ProfileLearner();
        for (Map.Entry<String, Path> run : runs.entrySet()) {
            learner.begin(run.getKey());
            try (LogReader log = open(run.getValue())) {
                Optional<Observation> next = log.next();
                while (next.isPresent()) {
                    learner.observe(next.get());
                    next = log.next();
                }
            }
        }
        return learner;
    }

    /** Shows a run to the profile of the others. */
    private void judge(String run, Path path, ProfileLearner learner) throws IOException {
        Profile others = learner.profile(name -> !name.equals(run));
        Monitor monitor = Monitor.standard(AlarmBudget.perTenThousandSteps(1), others);
        Map<String, String> alarms = new LinkedHashMap<>();
        try (LogReader log = open(path)) {
            Optional<Observation> next = log.next();
            while (next.isPresent()) {
                long step = next.get().key().step();
                for (Finding finding : monitor.inspect(next.get())) {
                    telling(finding)
                            .ifPresent(
                                    what ->
                                            alarms.putIfAbsent(
                                                    finding.detector(),
                                                    "step " + step + ": " + what));
                }
                next = log.next();
            }
        }
        told.println(run + " judged by the others: " + (alarms.isEmpty() ? "as they are" : ""));
        alarms.values().forEach(alarm -> told.println("  " + alarm));
    }

    private static Optional<String> telling(Finding finding) {
        boolean byProfile = finding.detector().startsWith("profile-");
        if (byProfile && finding.verdict() instanceof Verdict.Violated alarm) {
            return Optional.of(finding.detector() + ": " + alarm.evidence());
        }
        if (finding.detector().equals(ProfileDetectors.SET_UP)
                && finding.verdict() instanceof Verdict.Suspect other) {
            return Optional.of(other.evidence().expected());
        }
        return Optional.empty();
    }
}
