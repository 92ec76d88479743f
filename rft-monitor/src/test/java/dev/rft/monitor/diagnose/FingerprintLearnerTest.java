package dev.rft.monitor.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.EvidenceClass;
import dev.rft.monitor.Finding;
import dev.rft.monitor.Verdict;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FingerprintLearnerTest {

    private static final int ONSET = 30;

    /** The world in which this is learned: a stale sampler is seen by the entropy, and no other. */
    private static List<Observation> run(int seed, Map<Signal, Double> since) {
        Random random = new Random(seed);
        List<Observation> run = new ArrayList<>();
        for (int step = 1; step < ONSET + 6; step++) {
            Map<Signal, Double> values = new HashMap<>();
            for (Signal signal : List.of(Signals.ENTROPY, Signals.GRAD_NORM, Signals.REWARD_MEAN)) {
                double shift = step < ONSET ? 0 : since.getOrDefault(signal, 0.0);
                values.put(signal, 1 + shift + 0.02 * random.nextGaussian());
            }
            run.add(Observation.of(step, values));
        }
        return run;
    }

    private static List<Finding> alarm() {
        return List.of(
                new Finding(
                        "my-detector",
                        EvidenceClass.GENERATION,
                        Verdict.violated(Evidence.of(Signals.ENTROPY, 2, "1").since(ONSET))));
    }

    private static final Map<Signal, Double> STALE = Map.of(Signals.ENTROPY, 0.3);
    private static final Map<Signal, Double> FROZEN = Map.of(Signals.GRAD_NORM, -0.5);

    private static FingerprintLearner learner(int each) {
        FingerprintLearner learner = new FingerprintLearner();
        for (int i = 0; i < each; i++) {
            learner.add(Cause.SAMPLER_MISMATCH, alarm(), run(i, STALE));
            learner.add(Cause.UPDATE_FREEZE, alarm(), run(100 + i, FROZEN));
        }
        return learner;
    }

    private static Diagnosis diagnose(FingerprintDiagnoser diagnoser, Map<Signal, Double> since) {
        return diagnoser.diagnose(alarm(), run(777, since));
    }

    @Test
    void learn_whatNoFingerprintKnew_isNamedAfterwards() throws IOException {
        assertThat(diagnose(FingerprintDiagnoser.standard(), STALE).cause())
                .isNotEqualTo(Cause.SAMPLER_MISMATCH);

        byte[] json = learner(8).learn().json();
        FingerprintDiagnoser learned = FingerprintDiagnoser.of(new ByteArrayInputStream(json));

        assertThat(diagnose(learned, STALE).cause()).isEqualTo(Cause.SAMPLER_MISMATCH);
        assertThat(diagnose(learned, FROZEN).cause()).isEqualTo(Cause.UPDATE_FREEZE);
    }

    @Test
    void learn_sameFailures_givesTheSameFile() {
        assertThat(learner(3).learn().json()).isEqualTo(learner(3).learn().json());
    }

    @Test
    void learn_labelsThatMeanNothing_learnsNothing() {
        FingerprintLearner learner = new FingerprintLearner();
        Cause[] labels = {Cause.HANG, Cause.OUTAGE, Cause.VALUE_MISMATCH};
        Random random = new Random(2);
        for (int i = 0; i < 12; i++) {
            learner.add(labels[random.nextInt(labels.length)], alarm(), run(i, Map.of()));
        }

        assertThat(learner.learn().summary().get(1)).contains("of 12 named rightly");
        // What one failure teaches about equal ones with other labels cannot make them certain.
        assertThat(new String(learner.learn().json(), StandardCharsets.UTF_8))
                .doesNotContain("\"weight\" : 3");
    }

    @Test
    void add_whatCannotBeLearned_isRefused() {
        FingerprintLearner learner = new FingerprintLearner();
        assertThatThrownBy(() -> learner.add(Cause.UNKNOWN, alarm(), run(1, STALE)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cause: must be one with a fingerprint, was UNKNOWN");
        assertThatThrownBy(() -> learner.add(Cause.HANG, List.of(), run(1, STALE)))
                .hasMessageContaining("must have an alarm");
        assertThatThrownBy(learner::learn)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("failures: must be at least 4, were 0");
    }
}
