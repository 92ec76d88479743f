package dev.rft.cli.replay;

import dev.rft.api.signal.Observation;
import dev.rft.cli.Arguments;
import dev.rft.cli.LearnCommand;
import dev.rft.monitor.AlarmBudget;
import dev.rft.monitor.Finding;
import dev.rft.monitor.Monitor;
import dev.rft.monitor.Verdict;
import dev.rft.monitor.log.LogReader;
import dev.rft.monitor.log.Logs;
import dev.rft.monitor.profile.Profile;
import dev.rft.monitor.profile.ProfileDetectors;
import dev.rft.monitor.profile.ProfileLearner;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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
public final class ProfileCommand extends LearnCommand {

    /** A difference between runs can be told from two on. */
    private static final int FEWEST = 2;

    /** With fewer, only gross deviations can be told from differences between runs. */
    private static final int ENOUGH = 5;

    @Parameters(
            arity = "1..*",
            paramLabel = "LOG",
            description = "A log, or the directory of a run, of two healthy runs or more.")
    private List<Path> logs = List.of();

    @Option(
            names = "--format",
            paramLabel = "NAME",
            converter = Arguments.FormatName.class,
            description = "The format of all logs, as for rft replay (default: auto).")
    private Arguments.Format format = Arguments.Format.AUTO;

    /**
     * Makes the command.
     *
     * @param told receives what was learned
     * @param err receives what went wrong
     */
    public ProfileCommand(PrintStream told, PrintStream err) {
        super(told, err);
    }

    @Override
    protected Learned learn() throws IOException {
        Map<String, Path> runs = named();
        ProfileLearner learner = learned(runs);
        Profile profile = learner.profile();
        tell(runs.size() + " runs, " + profile.signals().size() + " signals");
        if (runs.size() > FEWEST) {
            for (Map.Entry<String, Path> run : runs.entrySet()) {
                judge(run.getKey(), run.getValue(), learner);
            }
        }
        if (runs.size() < ENOUGH) {
            tell(
                    "few runs: only what is far beyond the differences between them will alarm; "
                            + ENOUGH
                            + " or more tell smaller deviations");
        }
        return profile::write;
    }

    /** Names each run by the last part of its path, by the whole path where that is not unique. */
    private Map<String, Path> named() {
        if (logs.size() < FEWEST) {
            throw bad("LOG: must be the logs of " + FEWEST + " runs or more, was " + logs);
        }
        Map<String, Path> named = new LinkedHashMap<>();
        Set<Path> seen = new HashSet<>();
        for (Path log : logs) {
            Path whole = log.toAbsolutePath().normalize();
            if (!seen.add(whole)) {
                throw bad("LOG: must be different runs, had twice " + log);
            }
            String last = String.valueOf(whole.getFileName());
            String name = named.containsKey(last) ? whole.toString() : last;
            named.put(name, log);
        }
        return named;
    }

    private LogReader open(Path log) throws IOException {
        return Logs.open(log, logs().withFormat(format.format()));
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
        tell(run + " judged by the others: " + (alarms.isEmpty() ? "as they are" : ""));
        alarms.values().forEach(alarm -> tell("  " + alarm));
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
