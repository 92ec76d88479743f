package dev.rft.cli.evaluate;

import dev.rft.api.signal.Observation;
import dev.rft.monitor.log.LogOptions;
import dev.rft.monitor.log.LogReader;
import dev.rft.monitor.log.Logs;
import dev.rft.monitor.profile.Profile;
import dev.rft.monitor.profile.ProfileLearner;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the healthy runs among labelled ones say of another one: those of the same task and another
 * seed, so that no run is its own judge, nor its twin's.
 */
final class HealthyRuns {

    private static final String TASK = "task";
    private static final String SEED = "seed";

    private final Map<String, ProfileLearner> byTask = new HashMap<>();
    private final Map<String, String> seeds = new HashMap<>();

    private HealthyRuns() {}

    /**
     * Reads the healthy runs, in which nothing was changed on purpose either.
     *
     * @param runs labelled runs
     * @param options how their logs are read
     * @throws IOException when a log cannot be read
     */
    static HealthyRuns read(List<Evaluation.Run> runs, LogOptions options) throws IOException {
        HealthyRuns healthy = new HealthyRuns();
        for (Evaluation.Run run : runs) {
            Label label = run.label();
            if (!label.faulty() && label.benign().isEmpty()) {
                healthy.add(run, options);
            }
        }
        return healthy;
    }

    private void add(Evaluation.Run run, LogOptions options) throws IOException {
        String name = run.label().run();
        seeds.put(name, run.label().fields().getOrDefault(SEED, name));
        ProfileLearner learner =
                byTask.computeIfAbsent(
                        run.label().fields().getOrDefault(TASK, ""), task -> new ProfileLearner());
        learner.begin(name);
        try (LogReader log = Logs.open(run.directory(), options)) {
            Optional<Observation> next = log.next();
            while (next.isPresent()) {
                learner.observe(next.get());
                next = log.next();
            }
        }
    }

    /** Returns the profile for a run; empty when there are fewer than two others. */
    Optional<Profile> profileFor(Label label) {
        ProfileLearner learner = byTask.get(label.fields().getOrDefault(TASK, ""));
        if (learner == null) {
            return Optional.empty();
        }
        String seed = label.fields().getOrDefault(SEED, label.run());
        long others = learner.runs().stream().filter(run -> other(run, label, seed)).count();
        synchronized (learner) {
            return others < 2
                    ? Optional.empty()
                    : Optional.of(learner.profile(run -> other(run, label, seed)));
        }
    }

    private boolean other(String run, Label label, String seed) {
        return !run.equals(label.run()) && !seed.equals(seeds.get(run));
    }
}
