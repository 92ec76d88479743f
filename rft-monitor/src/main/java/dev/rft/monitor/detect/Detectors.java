package dev.rft.monitor.detect;

import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.monitor.Detector;
import dev.rft.monitor.DetectorFactory;
import dev.rft.monitor.DetectorProvider;
import dev.rft.monitor.EvidenceClass;
import dev.rft.monitor.stats.ChangeChart;
import dev.rft.monitor.stats.ChangeChart.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleFunction;

/**
 * The detectors that rft brings. Those that learn what is usual say nothing for their first {@value
 * ChangeChart#WARM_UP} values; invariants speak from the first step on.
 */
public final class Detectors {

    /** The norm of a gradient may grow by half without anything being wrong. */
    private static final double GROWN = Math.log(1.5);

    private Detectors() {}

    /**
     * Returns what {@code Monitor.standard} is made of: all detectors here that need no parameter.
     */
    public static List<DetectorFactory> standard() {
        List<DetectorFactory> all =
                new ArrayList<>(
                        List.of(
                                nonFinite(),
                                rewardCollapse(),
                                rewardSpike(),
                                rewardSupport(),
                                silentReward(),
                                outage(),
                                gradientExplosion(),
                                updateExplosion(),
                                klDrift(),
                                farUpdate(),
                                foreignTokens()));
        all.addAll(OptimizationDetectors.all());
        all.addAll(VerifierDetectors.all());
        all.addAll(GenerationDetectors.all());
        all.addAll(InfrastructureDetectors.all());
        return List.copyOf(all);
    }

    /** Returns {@code non-finite}: an invariant, broken by NaN or infinity in any signal. */
    public static DetectorFactory nonFinite() {
        return factory("non-finite", EvidenceClass.GRADIENT, 0, rate -> new NonFiniteDetector());
    }

    /**
     * Returns {@code reward-collapse}: the mean reward falls, at once or slowly; and, an invariant,
     * three steps in which no group has two different rewards although the reward is clearly below
     * its usual level.
     */
    public static DetectorFactory rewardCollapse() {
        return factory(
                "reward-collapse",
                EvidenceClass.REWARD,
                1,
                rate ->
                        new ChartDetector(
                                List.of(
                                        new Channel(
                                                Signals.REWARD_MEAN,
                                                -1,
                                                Path.LEVEL,
                                                0,
                                                new RewardProbe(),
                                                rate)),
                                Optional.of(new Rules.DeadGroups())));
    }

    /**
     * Returns {@code reward-spike}: the mean reward jumps up within a step. A rise over several
     * steps, however fast, is learning and no alarm.
     */
    public static DetectorFactory rewardSpike() {
        return factory(
                "reward-spike",
                EvidenceClass.REWARD,
                1,
                rate ->
                        new LearningDetector(
                                charts(
                                        new Channel(
                                                Signals.REWARD_MEAN,
                                                1,
                                                Path.DRIFTING,
                                                0,
                                                new RewardProbe(),
                                                rate)),
                                true));
    }

    /**
     * Returns {@code reward-support}: rewards that were 0 or 1 in every step so far have other
     * values now, as mean and deviation together tell. Takes no share of the budget.
     */
    public static DetectorFactory rewardSupport() {
        return factory(
                "reward-support", EvidenceClass.REWARD, 0, rate -> new RewardSupportDetector());
    }

    /**
     * Returns {@code silent-reward}: an invariant, broken when none of a run's first 24 steps has a
     * reward above 0, or two different ones. A verifier that is dead from the first step on leaves
     * nothing to compare with; this needs nothing.
     */
    public static DetectorFactory silentReward() {
        return factory(
                "silent-reward", EvidenceClass.REWARD, 0, rate -> new SilentRewardDetector());
    }

    /**
     * Returns {@code outage}: an invariant, broken when more than half of the trajectories are
     * masked on three steps in a row.
     */
    public static DetectorFactory outage() {
        return factory("outage", EvidenceClass.INFRASTRUCTURE, 0, rate -> StreakDetector.outage());
    }

    /**
     * Returns {@code far-update}: an invariant, broken when {@code kl.update} is above 1 nat per
     * token on two steps in a row. A learning rate that is far too large from the first step on
     * leaves nothing to compare with; this needs nothing.
     */
    public static DetectorFactory farUpdate() {
        return factory(
                "far-update", EvidenceClass.POLICY_DISTANCE, 0, rate -> StreakDetector.farUpdate());
    }

    /**
     * Returns {@code foreign-tokens}: an invariant, broken when the sampled tokens are together
     * more than twice as improbable under the policy as it expects ({@code rollout.surprise}), on
     * two steps in a row. A sampler that draws from something else from the first step on leaves
     * nothing to compare with; this needs nothing.
     */
    public static DetectorFactory foreignTokens() {
        return factory(
                "foreign-tokens",
                EvidenceClass.GENERATION,
                0,
                rate -> StreakDetector.foreignTokens());
    }

    /**
     * Returns {@code reward-range}: an invariant, broken by a reward outside the range that the
     * verifier can give.
     *
     * @param min smallest possible reward
     * @param max largest possible reward
     * @return the factory
     * @throws IllegalArgumentException when the range is empty or not finite
     */
    public static DetectorFactory rewardRange(double min, double max) {
        if (!(min <= max && Double.isFinite(min) && Double.isFinite(max))) {
            throw new IllegalArgumentException(
                    "reward range: must be finite with min <= max, was [" + min + ", " + max + "]");
        }
        return factory(
                "reward-range", EvidenceClass.REWARD, 0, rate -> new RewardRangeDetector(min, max));
    }

    /** Returns {@code gradient-explosion}: the gradient norm rises, at once or slowly. */
    public static DetectorFactory gradientExplosion() {
        return factory(
                "gradient-explosion",
                EvidenceClass.GRADIENT,
                1,
                rate ->
                        new LearningDetector(
                                charts(
                                        new Channel(
                                                Signals.GRAD_NORM,
                                                1,
                                                Path.TREND,
                                                GROWN,
                                                new Probe.Plain(),
                                                rate)),
                                false));
    }

    /**
     * Returns {@code update-explosion}: the weights move more per step than they did, and more
     * relative to the learning rate as it is set.
     */
    public static DetectorFactory updateExplosion() {
        return factory(
                "update-explosion",
                EvidenceClass.GRADIENT,
                1,
                rate -> charts(perLearningRate(Signals.UPDATE_NORM, 1, rate)));
    }

    /**
     * Returns {@code kl-drift}: the policy moves away from its reference, or from the policy that
     * sampled, faster than the run has shown; and, an invariant, a probability ratio above e^20.
     * The level of the KL is never judged.
     */
    public static DetectorFactory klDrift() {
        return factory(
                "kl-drift",
                EvidenceClass.POLICY_DISTANCE,
                1,
                rate ->
                        new LearningDetector(
                                new ChartDetector(
                                        List.of(
                                                new Channel(
                                                        Signals.KL_REFERENCE,
                                                        1,
                                                        Path.TREND,
                                                        0,
                                                        new Probe.Plain(),
                                                        rate / 2),
                                                perLearningRate(Signals.KL_UPDATE, 2, rate / 2)),
                                        Optional.of(new Rules.WildRatio())),
                                false));
    }

    /**
     * Returns a detector of changes of any signal in the direction that the signal declares
     * adverse, both for {@code EITHER}, on the scale that it declares.
     *
     * @param id id of the detector
     * @param evidenceClass the kind of evidence the signal is
     * @param signal the signal
     * @return the factory, of weight 1
     * @throws IllegalArgumentException when no direction of the signal is adverse
     */
    public static DetectorFactory change(String id, EvidenceClass evidenceClass, Signal signal) {
        List<Integer> signs =
                switch (signal.adverse()) {
                    case UP -> List.of(1);
                    case DOWN -> List.of(-1);
                    case EITHER -> List.of(1, -1);
                    case NONE ->
                            throw new IllegalArgumentException(
                                    "signal "
                                            + signal
                                            + ": must have an adverse direction, has none");
                };
        return factory(
                id,
                evidenceClass,
                1,
                rate -> {
                    List<Channel> channels = new ArrayList<>();
                    for (int sign : signs) {
                        channels.add(
                                new Channel(
                                        signal,
                                        sign,
                                        Path.TREND,
                                        0,
                                        new Probe.Plain(),
                                        rate / signs.size()));
                    }
                    return new ChartDetector(channels, Optional.empty());
                });
    }

    /**
     * Returns {@link #change} for configurations, under the name {@code change}. Its settings:
     * {@code signal}; {@code id}, {@code SIGNAL-change} unless set; {@code evidence}, a name of
     * {@link EvidenceClass}, {@code INFRASTRUCTURE} unless set; {@code adverse} and {@code scale},
     * as the signal declares them unless set.
     */
    public static DetectorProvider changeProvider() {
        return new ChangeProvider();
    }

    /** Watches a signal as it is and relative to a power of the learning rate. */
    private static Watch perLearningRate(Signal signal, int power, double rate) {
        return new BothOf(
                new Channel(signal, 1, Path.TREND, 0, new Probe.Plain(), rate),
                new Channel(signal, 1, Path.TREND, 0, new PerLearningRateProbe(power), rate));
    }

    static Detector charts(Watch channel) {
        return new ChartDetector(List.of(channel), Optional.empty());
    }

    /** Makes a factory of its parts. */
    static DetectorFactory factory(
            String id,
            EvidenceClass evidenceClass,
            double weight,
            DoubleFunction<Detector> create) {
        return DetectorFactory.of(id, evidenceClass, weight, create);
    }
}
