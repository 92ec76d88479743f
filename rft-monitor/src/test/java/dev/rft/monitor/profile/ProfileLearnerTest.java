package dev.rft.monitor.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProfileLearnerTest {

    private final ProfileLearner learner = new ProfileLearner();

    private void constant(String run, Signal signal, double value, int steps) {
        learner.begin(run);
        for (int step = 1; step <= steps; step++) {
            learner.observe(Observation.of(step, Map.of(signal, value)));
        }
    }

    @Test
    void phases_areShortInTheBeginning() {
        assertThat(List.of(Phases.of(0), Phases.of(1), Phases.of(4))).containsOnly(0);
        assertThat(List.of(Phases.of(5), Phases.of(8), Phases.of(9), Phases.of(32)))
                .containsExactly(1, 1, 2, 3);
        assertThat(List.of(Phases.of(33), Phases.of(64), Phases.of(65), Phases.of(96)))
                .containsExactly(4, 4, 5, 5);
        for (int phase = 0; phase < 10; phase++) {
            assertThat(Phases.of(Phases.first(phase))).isEqualTo(phase);
            assertThat(Phases.of(Phases.last(phase))).isEqualTo(phase);
        }
        assertThat(Phases.of(Long.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void profile_twoConstantRuns_hasTheirMeanAndTheirSpread() {
        constant("a", Signals.REWARD_MEAN, 1, 10);
        constant("b", Signals.REWARD_MEAN, 2, 6);

        Usual usual = learner.profile().usual(Signals.REWARD_MEAN).orElseThrow();

        // Levels 1 and 2 in the first two phases: variance 0.5. Only one run has a third phase.
        assertThat(usual.levels()).containsExactly(1.5, 1.5, Double.NaN);
        assertThat(usual.spread()).isEqualTo(Math.sqrt(0.5));
        // A hundredth of the largest value: 0.01 and 0.02, of which the median.
        assertThat(usual.noise()).isCloseTo(0.015, within(1e-12));
    }

    @Test
    void deviation_ofAFewRuns_isModeratedByTheNoise() {
        Usual usual = new Usual(Signals.REWARD_MEAN, 3, 0.3, 0.1, List.of(1.0));

        // 8 runs' worth of 0.1 and 2 degrees of freedom of 0.3: (0.08 + 0.18) / 10.
        assertThat(usual.freedom()).isEqualTo(10);
        assertThat(usual.deviation(4))
                .isCloseTo(Math.sqrt((0.026 + 0.0025) * 4 / 3), within(1e-12));
    }

    @Test
    void profile_signalOfFewRuns_isLeftOut() {
        for (String run : List.of("a", "b", "c", "d", "e")) {
            constant(run, Signals.REWARD_MEAN, 1, 8);
            if (run.compareTo("c") < 0) {
                learner.observe(Observation.of(9, Map.of(Signals.ENTROPY, 1.0)));
            }
        }
        assertThat(learner.profile().signals()).containsExactly(Signals.REWARD_MEAN);
    }

    @Test
    void profile_valuesThatAreNoNumbers_areLeftOut() {
        for (String run : List.of("a", "b")) {
            constant(run, Signals.REWARD_MEAN, 1, 3);
            learner.observe(Observation.of(4, Map.of(Signals.REWARD_MEAN, Double.NaN)));
            learner.observe(Observation.of(5, Map.of(Signals.KL_REFERENCE, 0.0)));
        }
        Profile profile = learner.profile();
        assertThat(profile.signals()).containsExactly(Signals.REWARD_MEAN);
        assertThat(profile.expected(Signals.REWARD_MEAN, 4).orElseThrow().level()).isEqualTo(1);
        assertThat(profile.expected(Signals.REWARD_MEAN, 5)).isEmpty();
    }

    @Test
    void profile_oneRun_isRejected() {
        constant("a", Signals.REWARD_MEAN, 1, 8);
        assertThatThrownBy(learner::profile)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("profile: must have at least 2 runs, had [a]");
    }

    @Test
    void begin_sameNameTwice_isRejected() {
        learner.begin("a");
        assertThatThrownBy(() -> learner.begin("a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be a name of its own");
    }

    @Test
    void observe_beforeBegin_isRejected() {
        assertThatThrownBy(() -> learner.observe(Observation.of(1, Map.of())))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void profile_ofSomeRuns_isThatOfTheOthers() {
        constant("a", Signals.REWARD_MEAN, 1, 4);
        constant("b", Signals.REWARD_MEAN, 2, 4);
        constant("c", Signals.REWARD_MEAN, 9, 4);

        Profile others = learner.profile(run -> !run.equals("c"));

        assertThat(others.runs()).containsExactly("a", "b");
        assertThat(others.expected(Signals.REWARD_MEAN, 1).orElseThrow().level()).isEqualTo(1.5);
    }

    @Test
    void reference_isOneDeviationToEitherSide() {
        constant("a", Signals.GRAD_NORM, 2, 4);
        constant("b", Signals.GRAD_NORM, 2, 4);
        Profile profile = learner.profile();
        double deviation = profile.expected(Signals.GRAD_NORM, 3).orElseThrow().deviation();

        List<Observation> reference = profile.reference(3);

        assertThat(reference).extracting(Observation::key).containsOnly(StepKey.START);
        assertThat(Math.log(reference.get(0).value(Signals.GRAD_NORM).orElseThrow()))
                .isCloseTo(Math.log(2) - deviation, within(1e-12));
        assertThat(Math.log(reference.get(1).value(Signals.GRAD_NORM).orElseThrow()))
                .isCloseTo(Math.log(2) + deviation, within(1e-12));
    }
}
