package dev.rft.monitor.profile;

import dev.rft.api.signal.Observation;
import dev.rft.monitor.Detector;
import dev.rft.monitor.DetectorState;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.Verdict;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Compares the signals of one kind of evidence with a profile. Its verdict is the most serious of
 * theirs, of several alarms the largest shift. In a run of another set-up it does not judge.
 */
final class ProfileDetector implements Detector {

    private static final String SET_UP = "set-up";

    private final SetUp setUp;
    private final List<Track> tracks;

    ProfileDetector(SetUp setUp, List<Track> tracks) {
        this.setUp = setUp;
        this.tracks = List.copyOf(tracks);
    }

    @Override
    public Verdict inspect(Observation observation) {
        setUp.observe(observation);
        Verdict worst = Verdict.notEvaluated("no signal of the profile");
        for (Track track : tracks) {
            Verdict verdict = track.inspect(observation);
            worst = severity(verdict) > severity(worst) ? verdict : worst;
        }
        return setUp.other() ? Verdict.notEvaluated(setUp.reason()) : worst;
    }

    private static double severity(Verdict verdict) {
        return verdict.match(
                healthy -> 1.0,
                suspect -> 2 + size(suspect.evidence()),
                violated -> 3 + size(violated.evidence()),
                notEvaluated -> 0.0);
    }

    /** Squashes a shift into [0, 1). */
    private static double size(Evidence evidence) {
        return 1 - 1 / (1 + Math.abs(evidence.shift()));
    }

    @Override
    public DetectorState save() {
        Map<String, double[]> values = new TreeMap<>();
        values.put(SET_UP, setUp.save());
        tracks.forEach(track -> values.put(track.name(), track.save()));
        return new DetectorState(values);
    }

    @Override
    public void restore(DetectorState state) {
        Map<String, double[]> before = save().values();
        try {
            restoreAll(state.values());
        } catch (IllegalArgumentException wrong) {
            restoreAll(before);
            throw wrong;
        }
    }

    /** An empty state stands for a detector that has seen nothing. */
    private void restoreAll(Map<String, double[]> values) {
        setUp.restore(saved(SET_UP, values));
        for (Track track : tracks) {
            track.restore(saved(track.name(), values));
        }
    }

    private static double[] saved(String name, Map<String, double[]> values) {
        double[] saved = values.get(name);
        if (saved == null && !values.isEmpty()) {
            throw new IllegalArgumentException(
                    "state: must have '" + name + "', had " + values.keySet());
        }
        return saved == null ? new double[0] : saved;
    }
}
