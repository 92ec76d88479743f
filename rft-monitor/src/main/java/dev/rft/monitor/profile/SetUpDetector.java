package dev.rft.monitor.profile;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.monitor.Detector;
import dev.rft.monitor.DetectorState;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.Verdict;
import java.util.Map;

/**
 * Says when a profile is of another set-up than the run. Never an alarm: nothing is wrong with the
 * run.
 */
final class SetUpDetector implements Detector {

    private static final Signal DIFFERENT =
            Signal.of(
                    "profile.different",
                    "share of signals",
                    Signal.Direction.NONE,
                    Signal.Scale.FRACTION);
    private static final String SEEN = "seen";

    private final SetUp setUp;

    SetUpDetector(SetUp setUp) {
        this.setUp = setUp;
    }

    @Override
    public Verdict inspect(Observation observation) {
        setUp.observe(observation);
        if (!setUp.seen()) {
            return Verdict.notEvaluated("too few signals of the profile");
        }
        return setUp.other()
                ? Verdict.suspect(Evidence.of(DIFFERENT, setUp.share(), setUp.reason()))
                : Verdict.healthy();
    }

    @Override
    public DetectorState save() {
        return new DetectorState(Map.of(SEEN, setUp.save()));
    }

    @Override
    public void restore(DetectorState state) {
        setUp.restore(state.values().getOrDefault(SEEN, new double[0]));
    }
}
