package dev.rft.monitor.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.Detector;
import dev.rft.monitor.DetectorState;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.Verdict;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What alarms here does so from step 21 on, which is its onset. */
class LearningDetectorTest {

    private static final int ONSET = 21;

    private final Detector ofKl = new LearningDetector(alarm(false), false);
    private final Detector ofReward = new LearningDetector(alarm(false), true);

    @Test
    void inspect_aFifthOfTheFailuresIsGone_isASuspicion() {
        beginning(ofKl);
        // 0.9 of failures before, and a fifth less is 0.72.
        assertThat(at(ofKl, 21, 0.29, 1, 0.3)).isInstanceOf(Verdict.Violated.class);
        assertThat(at(ofKl, 22, 0.29, 1, 0.3)).isInstanceOf(Verdict.Violated.class);
        assertThat(at(ofKl, 23, 0.29, 1, 0.3)).isInstanceOf(Verdict.Suspect.class);
    }

    @Test
    void inspect_lessLearned_orForgottenAgain_isAnAlarm() {
        beginning(ofKl);
        for (int step = 21; step <= 40; step++) {
            assertThat(at(ofKl, step, 0.25, 1, 0.3)).isInstanceOf(Verdict.Violated.class);
        }
        for (int step = 41; step <= 43; step++) {
            at(ofKl, step, 0.8, 1, 0.3);
        }
        assertThat(at(ofKl, 44, 0.8, 1, 0.3)).isInstanceOf(Verdict.Suspect.class);
        at(ofKl, 45, 0.05, 1, 0.3);
        at(ofKl, 46, 0.05, 1, 0.3);
        assertThat(at(ofKl, 47, 0.05, 1, 0.3)).isInstanceOf(Verdict.Violated.class);
    }

    @Test
    void inspect_paidHigherThanEverBefore_isNoLearning() {
        beginning(ofKl);
        for (int step = 21; step <= 30; step++) {
            assertThat(at(ofKl, step, 1.5, 3, 0.1)).isInstanceOf(Verdict.Violated.class);
        }
    }

    @Test
    void inspect_ofTheReward_needsAPolicyThatIsSurer() {
        beginning(ofReward);
        for (int step = 21; step <= 24; step++) {
            assertThat(at(ofReward, step, 0.9, 1, 0.3)).isInstanceOf(Verdict.Violated.class);
        }
        // Failures of 0.9 became 0.1, entropy of 0.3 may be 0.17 at most.
        for (int step = 25; step <= 26; step++) {
            at(ofReward, step, 0.9, 1, 0.15);
        }
        assertThat(at(ofReward, 27, 0.9, 1, 0.15)).isInstanceOf(Verdict.Suspect.class);
        at(ofReward, 28, 0.9, 1, Double.NaN);
        assertThat(at(ofReward, 29, 0.9, 1, 0.15)).isInstanceOf(Verdict.Violated.class);
    }

    @Test
    void inspect_aBrokenRule_isNeverExplained() {
        Detector broken = new LearningDetector(alarm(true), false);
        beginning(broken);
        for (int step = 21; step <= 30; step++) {
            assertThat(at(broken, step, 0.9, 1, 0.1)).isInstanceOf(Verdict.Violated.class);
        }
    }

    @Test
    void inspect_withoutRewards_explainsNothing() {
        for (int step = 1; step <= 20; step++) {
            ofKl.inspect(Observation.of(step, Map.of(Signals.ENTROPY, 0.3)));
        }
        assertThat(ofKl.inspect(Observation.of(21, Map.of(Signals.ENTROPY, 0.3))))
                .isInstanceOf(Verdict.Violated.class);
    }

    @Test
    void inspect_whatWasTakenBack_isForgotten() {
        beginning(ofKl);
        at(ofKl, 21, 0.9, 1, 0.3);
        at(ofKl, 22, 0.9, 1, 0.3);
        // A rollback: the steps are executed again, and the reward is what it was.
        at(ofKl, 21, 0.1, 1, 0.3);
        at(ofKl, 22, 0.1, 1, 0.3);
        assertThat(at(ofKl, 23, 0.9, 1, 0.3)).isInstanceOf(Verdict.Suspect.class);
        assertThat(at(ofKl, 22, 0.1, 1, 0.3)).isInstanceOf(Verdict.Violated.class);
    }

    @Test
    void restore_goesOn_andRefusesWhatIsNoState() {
        beginning(ofKl);
        at(ofKl, 21, 0.9, 1, 0.3);
        at(ofKl, 22, 0.9, 1, 0.3);
        Detector other = new LearningDetector(alarm(false), false);
        other.restore(ofKl.save());

        assertThat(at(other, 23, 0.9, 1, 0.3)).isInstanceOf(Verdict.Suspect.class);
        assertThatThrownBy(
                        () ->
                                other.restore(
                                        new DetectorState(Map.of("learning", new double[] {1}))))
                .hasMessageContaining("'learning' must have at most 64 times 4 numbers, had 1");
    }

    private static void beginning(Detector detector) {
        for (int step = 1; step < ONSET; step++) {
            assertThat(at(detector, step, 0.1, 1, 0.3)).isInstanceOf(Verdict.Healthy.class);
        }
    }

    private static Verdict at(
            Detector detector, long step, double reward, double highest, double entropy) {
        Map<Signal, Double> values = new HashMap<>();
        values.put(Signals.REWARD_MEAN, reward);
        values.put(Signals.REWARD_MAX, highest);
        values.put(Signals.ENTROPY, entropy);
        return detector.inspect(Observation.of(new StepKey(0, step, 0), values));
    }

    private static Detector alarm(boolean invariant) {
        Evidence alarm = Evidence.of(Signals.KL_REFERENCE, 1, "less").since(ONSET);
        return observation ->
                observation.key().step() < ONSET
                        ? Verdict.healthy()
                        : Verdict.violated(invariant ? alarm.asInvariant() : alarm);
    }
}
