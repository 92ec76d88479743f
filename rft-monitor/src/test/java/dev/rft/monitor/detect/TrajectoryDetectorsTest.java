package dev.rft.monitor.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.api.signal.StepRecord;
import dev.rft.api.signal.Trajectory;
import dev.rft.api.signal.TrajectorySummary;
import dev.rft.monitor.Detector;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Detectors that read trajectories, on a verifier of 0 and 1 and group advantages. */
class TrajectoryDetectorsTest {

    private static final int GROUPS = 8;
    private static final int SIZE = 4;

    /** A step with noise of a size on the advantages and a bonus on a share of the rewards. */
    private static Observation step(long step, Random random, double noise, double share) {
        List<Trajectory> all = new ArrayList<>();
        for (int group = 0; group < GROUPS; group++) {
            double[] rewards = new double[SIZE];
            double mean = 0;
            for (int i = 0; i < SIZE; i++) {
                rewards[i] = random.nextBoolean() ? 1 : 0;
                rewards[i] += random.nextDouble() < share ? 0.5 : 0;
                mean += rewards[i] / SIZE;
            }
            for (double reward : rewards) {
                double advantage = reward - mean + noise * random.nextGaussian();
                all.add(
                        new Trajectory(
                                group,
                                reward,
                                3,
                                Set.of(),
                                OptionalDouble.of(advantage),
                                OptionalDouble.empty(),
                                OptionalLong.empty()));
            }
        }
        return new Observation(
                new StepRecord("run", new StepKey(0, step, 0), Map.of(), Map.of()),
                Optional.of(new TrajectorySummary(all)));
    }

    @Test
    void advantages_noiseAddedAfterwards_breaksTheInvariantAtOnce() {
        Random random = new Random(1);
        Detector detector = new AdvantageDetector(false);
        for (int step = 1; step <= 60; step++) {
            assertThat(detector.inspect(step(step, random, 0, 0)))
                    .isNotInstanceOf(Verdict.Violated.class);
        }
        assertThat(detector.inspect(step(61, random, 0.2, 0)))
                .isInstanceOfSatisfying(
                        Verdict.Violated.class,
                        violated -> {
                            Evidence evidence = violated.evidence();
                            assertThat(evidence.invariant()).isTrue();
                            assertThat(evidence.onset()).hasValue(61);
                        });
        assertThat(detector.inspect(step(62, random, 0, 0))).isEqualTo(Verdict.healthy());
    }

    @Test
    void advantages_ofTheResponseBefore_areExchangedAndNotChanged() {
        Random random = new Random(1);
        Detector exchanged = new AdvantageDetector(true);
        Detector changed = new AdvantageDetector(false);
        for (int step = 1; step <= 60; step++) {
            Observation honest = step(step, random, 0, 0);
            assertThat(exchanged.inspect(honest)).isNotInstanceOf(Verdict.Violated.class);
            assertThat(changed.inspect(honest)).isNotInstanceOf(Verdict.Violated.class);
        }
        Observation rotated = rotated(step(61, random, 0, 0));
        assertThat(changed.inspect(rotated)).isEqualTo(Verdict.healthy());
        assertThat(exchanged.inspect(rotated))
                .isInstanceOfSatisfying(
                        Verdict.Violated.class,
                        violated -> assertThat(violated.evidence().invariant()).isTrue());
        assertThat(exchanged.inspect(step(62, random, 0.2, 0))).isEqualTo(Verdict.healthy());
    }

    private static Observation rotated(Observation honest) {
        List<Trajectory> all = honest.trajectories().orElseThrow().trajectories();
        List<Trajectory> rotated = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            Trajectory own = all.get(i);
            int start = i;
            while (start > 0 && all.get(start - 1).group() == own.group()) {
                start--;
            }
            int end = i;
            while (end + 1 < all.size() && all.get(end + 1).group() == own.group()) {
                end++;
            }
            Trajectory before = all.get(i == start ? end : i - 1);
            rotated.add(
                    new Trajectory(
                            own.group(),
                            own.reward(),
                            own.length(),
                            own.flags(),
                            before.advantage(),
                            own.repetition(),
                            own.response()));
        }
        return new Observation(honest.step(), Optional.of(new TrajectorySummary(rotated)));
    }

    @Test
    void advantages_negatedInSymmetricGroups_areChangedAndNotExchanged() {
        for (int size : new int[] {4, 8, 16}) {
            Detector exchanged = new AdvantageDetector(true);
            Detector changed = new AdvantageDetector(false);
            for (int step = 1; step <= 20; step++) {
                exchanged.inspect(symmetric(step, size, 8, 1));
                changed.inspect(symmetric(step, size, 8, 1));
            }
            Observation negated = symmetric(21, size, 8, -1);
            assertThat(exchanged.inspect(negated)).isEqualTo(Verdict.healthy());
            assertThat(changed.inspect(negated))
                    .isInstanceOfSatisfying(
                            Verdict.Violated.class,
                            violated ->
                                    assertThat(violated.evidence().expected())
                                            .contains("higher rewards"));
        }
    }

    @Test
    void advantages_negatedInAFewPairs_canBeEitherAndSaySo() {
        Detector exchanged = new AdvantageDetector(true);
        Detector changed = new AdvantageDetector(false);
        for (int step = 1; step <= 20; step++) {
            exchanged.inspect(symmetric(step, 2, 8, 1));
            changed.inspect(symmetric(step, 2, 8, 1));
        }
        // 2^8 arrangements: one exchange at random in 256 gives each the other's advantage.
        Observation negated = symmetric(21, 2, 8, -1);
        assertThat(changed.inspect(negated)).isEqualTo(Verdict.healthy());
        assertThat(exchanged.inspect(negated))
                .isInstanceOfSatisfying(
                        Verdict.Violated.class,
                        violated ->
                                assertThat(violated.evidence().expected())
                                        .contains("too few responses to tell"));
    }

    /** Half of each group is right; the advantages are of a sign. */
    private static Observation symmetric(long step, int size, int groups, int sign) {
        List<Trajectory> all = new ArrayList<>();
        for (int i = 0; i < groups * size; i++) {
            double reward = (i + step) % 2;
            all.add(
                    new Trajectory(
                            i / size,
                            reward,
                            3,
                            Set.of(),
                            OptionalDouble.of(sign * (reward - 0.5)),
                            OptionalDouble.empty(),
                            OptionalLong.empty()));
        }
        return new Observation(
                new StepRecord("run", new StepKey(0, step, 0), Map.of(), Map.of()),
                Optional.of(new TrajectorySummary(all)));
    }

    @Test
    void advantages_neverALineInTheRewards_areNotJudged() {
        Random random = new Random(2);
        Detector detector = new AdvantageDetector(false);
        for (int step = 1; step <= 60; step++) {
            assertThat(detector.inspect(step(step, random, 1, 0)))
                    .isInstanceOf(Verdict.NotEvaluated.class);
        }
    }

    @Test
    void advantages_missing_areNotJudged() {
        assertThat(new AdvantageDetector(false).inspect(Observation.of(1, Map.of())))
                .isInstanceOf(Verdict.NotEvaluated.class);
    }

    @Test
    void rewardValues_bonusOnAThird_firesWithinTwoSteps() {
        Random random = new Random(3);
        Detector detector = new RewardValuesDetector(5e-6);
        for (int step = 1; step <= 60; step++) {
            assertThat(detector.inspect(step(step, random, 0, 0)))
                    .isNotInstanceOf(Verdict.Violated.class);
        }
        detector.inspect(step(61, random, 0, 0.3));
        assertThat(detector.inspect(step(62, random, 0, 0.3)))
                .isInstanceOfSatisfying(
                        Verdict.Violated.class,
                        violated -> assertThat(violated.evidence().onset()).hasValue(61));
    }

    @Test
    void rewardValues_restoredInMidStream_goOnAsBefore() {
        Random random = new Random(4);
        Detector detector = new RewardValuesDetector(5e-6);
        for (int step = 1; step <= 40; step++) {
            detector.inspect(step(step, random, 0, 0));
        }
        Detector restored = new RewardValuesDetector(5e-6);
        restored.restore(detector.save());
        for (int step = 41; step <= 80; step++) {
            Observation observation = step(step, random, 0, step > 50 ? 0.3 : 0);
            assertThat(restored.inspect(observation)).isEqualTo(detector.inspect(observation));
        }
    }

    @Test
    void learningRate_declaredTimesSix_firesAtOnceAndHalvedDoesNot() {
        Detector detector = new LearningRateDetector();
        for (int step = 1; step <= 20; step++) {
            detector.inspect(rate(step, 1e-4));
        }
        assertThat(detector.inspect(rate(21, 5e-5))).isEqualTo(Verdict.healthy());
        assertThat(detector.inspect(rate(22, 6e-4))).isInstanceOf(Verdict.Violated.class);
        assertThat(detector.inspect(rate(23, 0))).isInstanceOf(Verdict.Violated.class);
        assertThat(detector.inspect(rate(24, 5e-5))).isEqualTo(Verdict.healthy());
    }

    @Test
    void learningRate_warmUpAndLinearDecayToZero_staySilent() {
        Detector detector = new LearningRateDetector();
        for (int step = 1; step <= 200; step++) {
            double rate = step <= 20 ? (step - 1) * 1e-5 : 2e-4 * (200 - step) / 180;
            assertThat(detector.inspect(rate(step, rate))).isNotInstanceOf(Verdict.Violated.class);
        }
    }

    @Test
    void freeze_threeUpdatesOfZero_breaksTheInvariantAndOneDoesNot() {
        Detector detector = new FreezeDetector();
        for (int step = 1; step <= 20; step++) {
            assertThat(detector.inspect(update(step, step == 10 ? 0 : 0.02)))
                    .isNotInstanceOf(Verdict.Violated.class);
        }
        detector.inspect(update(21, 0));
        detector.inspect(update(22, 0));
        assertThat(detector.inspect(update(23, 0)))
                .isInstanceOfSatisfying(
                        Verdict.Violated.class,
                        violated -> {
                            assertThat(violated.evidence().invariant()).isTrue();
                            assertThat(violated.evidence().onset()).hasValue(21);
                        });
    }

    private static Observation rate(long step, double rate) {
        return Observation.of(step, Map.of(Signals.LEARNING_RATE, rate));
    }

    private static Observation update(long step, double norm) {
        return Observation.of(
                step,
                Map.of(
                        Signals.UPDATE_NORM,
                        norm,
                        Signals.LEARNING_RATE,
                        1e-4,
                        Signals.GRAD_NORM,
                        1.0));
    }
}
