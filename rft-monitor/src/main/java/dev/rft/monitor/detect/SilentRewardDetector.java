package dev.rft.monitor.detect;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.monitor.Detector;
import dev.rft.monitor.DetectorState;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.Verdict;
import java.util.Map;

/**
 * An invariant of a run's beginning: some response of its first {@value #STEPS} steps is paid. What
 * scores responses and has given nothing to any of them, a few thousand as a rule, teaches nothing,
 * be it broken or the task too hard.
 *
 * <p>Implementation note. Equal rewards above 0 may be a solved task. Once rewards differ, or one
 * is above 0, the detector has nothing to say any more: what happens then is a change, which others
 * see. A step without rewards says nothing and ends nothing.
 */
final class SilentRewardDetector implements Detector {

    private static final int STEPS = 24;
    private static final String STATE = "silent";

    private int silent;
    private boolean heard;
    private long onset = -1;

    @Override
    public Verdict inspect(Observation observation) {
        double mean = observation.value(Signals.REWARD_MEAN).orElse(Double.NaN);
        double deviation = observation.value(Signals.REWARD_STD).orElse(Double.NaN);
        if (!Double.isFinite(mean) || !Double.isFinite(deviation)) {
            return Verdict.notEvaluated("no finite reward.mean and reward.std");
        }
        heard |= mean > 0 || deviation > 0;
        if (heard) {
            return Verdict.healthy();
        }
        silent = Math.min(STEPS, silent + 1);
        long step = observation.key().step();
        onset = onset < 0 ? step : Math.min(onset, step);
        Evidence evidence =
                Evidence.of(
                                Signals.REWARD_MEAN,
                                mean,
                                "a reward above 0, or two different ones, within "
                                        + STEPS
                                        + " steps")
                        .since(onset);
        return silent < STEPS
                ? Verdict.notEvaluated("no response was paid so far")
                : Verdict.violated(evidence.asInvariant());
    }

    @Override
    public DetectorState save() {
        return new DetectorState(
                Map.of(STATE, new double[] {silent, heard ? 1 : 0, (double) onset}));
    }

    @Override
    public void restore(DetectorState state) {
        double[] saved = Numbers.of(state, STATE, 0, 0, -1);
        silent = (int) saved[0];
        heard = saved[1] != 0;
        onset = (long) saved[2];
    }
}
