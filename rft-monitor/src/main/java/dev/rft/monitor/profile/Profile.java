package dev.rft.monitor.profile;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.stats.Transform;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What healthy runs of one set-up (model, task, configuration) look like, learned from at least two
 * of them by a {@link ProfileLearner}. {@code Monitor.standard(budget, profile)} compares the
 * beginning of a run with it, so that a fault is seen that is there from the first step on.
 *
 * <p>Immutable. Written and read as strict JSON; docs/profiles.md has the format.
 */
public final class Profile {

    private final List<String> runs;
    private final SortedMap<Signal, Usual> signals;

    Profile(List<String> runs, Map<Signal, Usual> signals) {
        this.runs = List.copyOf(runs);
        this.signals = Collections.unmodifiableSortedMap(new TreeMap<>(signals));
    }

    /**
     * Reads a profile.
     *
     * @param file what {@link #write} wrote
     * @return the profile
     * @throws IOException when it cannot be read or is no profile; the message names the file and
     *     the field
     */
    public static Profile read(Path file) throws IOException {
        return ProfileJson.read(file);
    }

    /**
     * Writes this profile.
     *
     * @param file made, or replaced as a whole
     * @throws IOException when it cannot be written; what was there is still there then
     */
    public void write(Path file) throws IOException {
        ProfileJson.write(this, file);
    }

    /** Returns the names of the runs that it was learned from. */
    public List<String> runs() {
        return runs;
    }

    /** Returns the signals that it knows. */
    public Set<Signal> signals() {
        return signals.keySet();
    }

    /**
     * What a healthy run shows of one signal at one step, on the signal's scale.
     *
     * @param level the expected value
     * @param deviation standard deviation of a healthy run's value around it, positive
     */
    public record Expected(double level, double deviation) {}

    /**
     * Returns what a healthy run shows of a signal.
     *
     * @param signal the signal
     * @param step the step
     * @return what to expect of this one step; empty when the profile does not say
     */
    public Optional<Expected> expected(Signal signal, long step) {
        return usual(signal)
                .filter(usual -> usual.knows(Phases.of(step)))
                .map(usual -> new Expected(usual.level(Phases.of(step)), usual.deviation(1)));
    }

    /**
     * Returns what stands in for a run's own healthy steps where it has none: two observations of
     * the state before the first step, one deviation above and one below what is expected at a
     * step. Their mean is the expectation, and the standard error of that mean the deviation of a
     * healthy run.
     *
     * @param step the step
     * @return the observations, with the signals that the profile knows at that step, in their
     *     units
     */
    public List<Observation> reference(long step) {
        return List.of(reference(step, -1), reference(step, 1));
    }

    private Observation reference(long step, int side) {
        Map<Signal, Double> values = new HashMap<>();
        for (Signal signal : signals.keySet()) {
            expected(signal, step)
                    .ifPresent(
                            expected ->
                                    values.put(
                                            signal,
                                            Transform.invert(
                                                    signal.scale(),
                                                    expected.level()
                                                            + side * expected.deviation())));
        }
        return Observation.of(StepKey.START, values);
    }

    Optional<Usual> usual(Signal signal) {
        return Optional.ofNullable(signals.get(signal));
    }

    Collection<Usual> all() {
        return signals.values();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Profile profile
                && runs.equals(profile.runs)
                && signals.equals(profile.signals);
    }

    @Override
    public int hashCode() {
        return Objects.hash(runs, signals);
    }

    /** Returns the runs and the number of signals. */
    @Override
    public String toString() {
        return "Profile[runs=" + runs + ", signals=" + signals.size() + "]";
    }
}
