package dev.rft.monitor.profile;

import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.monitor.Detector;
import dev.rft.monitor.DetectorFactory;
import dev.rft.monitor.EvidenceClass;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.DoubleFunction;

/**
 * The detectors that compare a run with a profile, one per kind of evidence: {@code
 * profile-reward}, {@code profile-policy-distance}, {@code profile-gradient}, {@code
 * profile-generation} and {@code profile-infrastructure}, as far as the profile has signals of it;
 * and {@code profile-set-up}, which never alarms.
 */
public final class ProfileDetectors {

    /** Id of the detector that is suspicious of a run of another set-up. */
    public static final String SET_UP = "profile-set-up";

    private static final Map<EvidenceClass, Set<Signal>> KINDS = kinds();

    private ProfileDetectors() {}

    private static Map<EvidenceClass, Set<Signal>> kinds() {
        Map<EvidenceClass, Set<Signal>> kinds = new EnumMap<>(EvidenceClass.class);
        kinds.put(
                EvidenceClass.REWARD,
                Set.of(
                        Signals.REWARD_MEAN,
                        Signals.REWARD_SHAPED,
                        Signals.REWARD_STD,
                        Signals.REWARD_MAX,
                        Signals.REWARD_MIN,
                        Signals.GROUP_ZERO_VARIANCE,
                        Signals.ADVANTAGE_STD,
                        Signals.REWARD_CONTRADICTIONS,
                        Signals.REWARD_SECOND_ANSWERS,
                        Signals.HELDOUT_ACCURACY));
        kinds.put(
                EvidenceClass.POLICY_DISTANCE,
                Set.of(
                        Signals.KL_REFERENCE,
                        Signals.KL_UPDATE,
                        Signals.ENTROPY,
                        Signals.RATIO_MAX,
                        Signals.CLIP_LOW,
                        Signals.CLIP_HIGH,
                        Signals.ROLLOUT_MISMATCH,
                        Signals.ROLLOUT_SURPRISE,
                        Signals.ROLLOUT_KL));
        // Not the explained variance: of an untrained critic it may be anything below 0.
        kinds.put(
                EvidenceClass.GRADIENT,
                Set.of(
                        Signals.GRAD_NORM,
                        Signals.UPDATE_NORM,
                        Signals.LOSS_VALUE,
                        Signals.VALUE_GRAD_NORM));
        kinds.put(
                EvidenceClass.GENERATION,
                Set.of(
                        Signals.RESPONSE_LENGTH,
                        Signals.RESPONSE_TRUNCATED,
                        Signals.RESPONSE_EMPTY,
                        Signals.RESPONSE_SHORT,
                        Signals.RESPONSE_LONG,
                        Signals.RESPONSE_DISTINCT,
                        Signals.RESPONSE_OFF_LENGTH,
                        Signals.RESPONSE_OFF_REPETITION,
                        Signals.REPETITION,
                        Signals.UNIQUE_TOKENS,
                        Signals.REWARD_LENGTH_CORRELATION,
                        Signals.REWARD_REPETITION_CORRELATION,
                        Signals.EPISODE_TURNS,
                        Signals.TOOL_CALLS));
        kinds.put(
                EvidenceClass.INFRASTRUCTURE,
                Set.of(Signals.TOOL_ERRORS, Signals.TRAJECTORY_MASKED, Signals.RESPONSE_MASKED));
        return kinds;
    }

    /**
     * Returns the detectors.
     *
     * @param profile what healthy runs of this set-up look like
     * @return a factory per kind of evidence of which the profile has signals, each of weight 1,
     *     and that of {@value #SET_UP}, which takes no share of the budget
     */
    public static List<DetectorFactory> of(Profile profile) {
        Objects.requireNonNull(profile, "profile");
        List<DetectorFactory> all = new ArrayList<>();
        all.add(
                new Factory(
                        SET_UP,
                        EvidenceClass.INFRASTRUCTURE,
                        0,
                        rate -> new SetUpDetector(new SetUp(profile))));
        for (Map.Entry<EvidenceClass, Set<Signal>> kind : KINDS.entrySet()) {
            List<Side> sides = sides(profile, kind.getValue());
            if (!sides.isEmpty()) {
                all.add(
                        new Factory(
                                "profile-"
                                        + kind.getKey()
                                                .name()
                                                .toLowerCase(Locale.ROOT)
                                                .replace('_', '-'),
                                kind.getKey(),
                                1,
                                rate -> detector(profile, sides, rate)));
            }
        }
        return List.copyOf(all);
    }

    /** A signal and the direction that is adverse. */
    private record Side(Usual usual, int sign) {}

    private static List<Side> sides(Profile profile, Set<Signal> kind) {
        List<Side> sides = new ArrayList<>();
        for (Usual usual : profile.all()) {
            Signal signal = usual.signal();
            if (kind.contains(signal) && signal.adverse() != Signal.Direction.DOWN) {
                sides.add(new Side(usual, 1));
            }
            // A loop that does not divide by the deviation has smaller advantages: a setting.
            boolean setting = signal.equals(Signals.ADVANTAGE_STD);
            if (kind.contains(signal) && signal.adverse() != Signal.Direction.UP && !setting) {
                sides.add(new Side(usual, -1));
            }
        }
        return sides;
    }

    private static Detector detector(Profile profile, List<Side> sides, double rate) {
        Map<Double, Bounds> byFreedom = new HashMap<>();
        List<Track> tracks = new ArrayList<>();
        for (Side side : sides) {
            Bounds bounds =
                    byFreedom.computeIfAbsent(
                            side.usual().freedom(),
                            freedom -> new Bounds(rate / sides.size(), freedom));
            tracks.add(new Track(side.usual(), side.sign(), bounds));
        }
        return new ProfileDetector(new SetUp(profile), tracks);
    }

    private record Factory(
            String id, EvidenceClass evidenceClass, double weight, DoubleFunction<Detector> maker)
            implements DetectorFactory {
        @Override
        public Detector create(double falseAlarmsPerStep) {
            return maker.apply(falseAlarmsPerStep);
        }
    }
}
