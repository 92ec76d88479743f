package dev.rft.monitor.profile;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.monitor.stats.Robust;
import dev.rft.monitor.trajectory.TrajectorySignals;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Learns a {@link Profile} from healthy runs of one set-up: show it each run from its first step
 * on, one run after the other.
 *
 * <pre>{@code
 * ProfileLearner learner = new ProfileLearner();
 * learner.begin("seed-2");
 * observations.forEach(learner::observe);
 * learner.begin("seed-3");
 * ...
 * Profile profile = learner.profile();
 * }</pre>
 *
 * <p>What it holds does not grow with the length of a run but for a number per signal and 32 steps.
 */
public final class ProfileLearner {

    private final Map<String, RunLevels> runs = new LinkedHashMap<>();
    private RunLevels present = new RunLevels();

    /** Makes a learner that has seen nothing. */
    public ProfileLearner() {
        // Nothing but the fields.
    }

    /**
     * Begins the next run.
     *
     * @param run its name, not blank and unlike the others'
     * @throws IllegalArgumentException when the name is blank or was used before
     */
    public void begin(String run) {
        Objects.requireNonNull(run, "run");
        if (run.isBlank() || runs.containsKey(run)) {
            throw new IllegalArgumentException(
                    "run: must be a name of its own and not blank, was '" + run + "'");
        }
        present.end();
        present = new RunLevels();
        runs.put(run, present);
    }

    /**
     * Takes in the next step of the present run.
     *
     * @param observation what it showed
     * @throws IllegalStateException when no run was begun
     */
    public void observe(Observation observation) {
        if (runs.isEmpty()) {
            throw new IllegalStateException("observe: a run must be begun first");
        }
        present.observe(TrajectorySignals.addTo(observation));
    }

    /**
     * Returns what the runs have in common.
     *
     * @return the profile
     * @throws IllegalStateException when there are fewer than two runs, or no signal that two of
     *     them have
     */
    public Profile profile() {
        return profile(run -> true);
    }

    /**
     * Returns what some of the runs have in common. The profile of all runs but one is what that
     * one can be judged by without being its own judge.
     *
     * @param which tells by its name whether a run takes part
     * @return the profile
     * @throws IllegalStateException when fewer than two runs take part, or no signal is in two of
     *     them
     */
    public Profile profile(Predicate<String> which) {
        present.end();
        Map<String, RunLevels> chosen = new LinkedHashMap<>(runs);
        chosen.keySet().removeIf(run -> !which.test(run));
        return of(chosen);
    }

    /** Returns the names of the runs, in the order in which they were begun. */
    public List<String> runs() {
        return List.copyOf(runs.keySet());
    }

    private static Profile of(Map<String, RunLevels> runs) {
        if (runs.size() < 2) {
            throw new IllegalStateException(
                    "profile: must have at least 2 runs, had " + runs.keySet());
        }
        Map<Signal, Usual> signals = new TreeMap<>();
        for (Signal signal : signals(runs)) {
            List<RunLevels> with =
                    runs.values().stream().filter(run -> run.signals().contains(signal)).toList();
            // What only a few runs log tells nothing of a run that does not.
            if (with.size() >= 2 && 2 * with.size() >= runs.size()) {
                Usual usual = usual(signal, with);
                if (usual.levels().stream().anyMatch(Double::isFinite)) {
                    signals.put(signal, usual);
                }
            }
        }
        if (signals.isEmpty()) {
            throw new IllegalStateException(
                    "profile: must have a signal that two runs show, had none in " + runs.keySet());
        }
        return new Profile(List.copyOf(runs.keySet()), signals);
    }

    private static Set<Signal> signals(Map<String, RunLevels> runs) {
        Set<Signal> signals = new TreeSet<>();
        runs.values().forEach(run -> signals.addAll(run.signals()));
        return signals;
    }

    private static Usual usual(Signal signal, List<RunLevels> runs) {
        int phases = runs.stream().mapToInt(run -> run.phases(signal)).max().orElseThrow();
        List<Double> levels = new ArrayList<>();
        double variances = 0;
        int pooled = 0;
        for (int i = 0; i < phases; i++) {
            int phase = i;
            double[] seen =
                    runs.stream()
                            .mapToDouble(run -> run.median(signal, phase))
                            .filter(Double::isFinite)
                            .toArray();
            boolean enough = seen.length >= 2 && 2 * seen.length >= runs.size();
            double mean = mean(seen);
            levels.add(enough ? mean : Double.NaN);
            if (enough) {
                variances += variance(seen, mean);
                pooled++;
            }
        }
        double noise = Robust.median(runs.stream().mapToDouble(run -> run.noise(signal)).toArray());
        double spread = pooled == 0 ? 0 : Math.sqrt(variances / pooled);
        return new Usual(signal, runs.size(), spread, noise, levels);
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    private static double variance(double[] values, double mean) {
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        return squares / (values.length - 1);
    }
}
