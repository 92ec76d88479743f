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

class FingerprintDiagnoserTest {

    private static final int ONSET = 41;

    private final FingerprintDiagnoser diagnoser = FingerprintDiagnoser.standard();

    @Test
    void diagnose_noAlarm_abstains() {
        assertThat(diagnoser.diagnose(List.of(), run(Map.of())).cause()).isEqualTo(Cause.UNKNOWN);
    }

    @Test
    void diagnose_alarmButNothingMoved_abstains() {
        Diagnosis diagnosis =
                diagnoser.diagnose(List.of(alarm("own", Signals.ENTROPY)), run(Map.of()));
        assertThat(diagnosis.cause()).isEqualTo(Cause.UNKNOWN);
        assertThat(diagnosis.candidates()).hasSizeGreaterThan(5);
    }

    @Test
    void diagnose_nonFinite_namesIt() {
        assertThat(
                        diagnoser
                                .diagnose(
                                        List.of(alarm("non-finite", Signals.LOSS_POLICY)),
                                        run(Map.of(Signals.GRAD_NORM, Double.NaN)))
                                .cause())
                .isEqualTo(Cause.NON_FINITE);
    }

    @Test
    void diagnose_updateGrewThenKlAndReward_namesKlExplosion() {
        Diagnosis diagnosis =
                diagnoser.diagnose(
                        List.of(
                                alarm("kl-drift", Signals.KL_REFERENCE),
                                alarm("reward-collapse", Signals.REWARD_MEAN)),
                        run(
                                Map.of(Signals.UPDATE_NORM, 0.6),
                                Map.of(Signals.KL_REFERENCE, 1.5, Signals.REWARD_MEAN, 0.05)));
        assertThat(diagnosis.cause()).isEqualTo(Cause.KL_EXPLOSION);
        assertThat(diagnosis.candidates().get(0).supporting())
                .anyMatch(line -> line.startsWith("kl.reference rose by"));
    }

    @Test
    void diagnose_responsesEmptyAndTheUpdateWithThem_namesTheResponses() {
        Map<Signal, Double> consequences =
                Map.of(
                        Signals.GRAD_NORM, 40.0,
                        Signals.UPDATE_NORM, 0.6,
                        Signals.REWARD_MEAN, 0.05);
        Map<Signal, Double> all = new HashMap<>(consequences);
        all.put(Signals.RESPONSE_EMPTY, 0.8);
        List<Finding> alarms =
                List.of(
                        alarm("update-explosion", Signals.UPDATE_NORM),
                        alarm("reward-collapse", Signals.REWARD_MEAN),
                        alarm("empty-responses", Signals.RESPONSE_EMPTY));
        assertThat(diagnoser.diagnose(alarms, run(all)).cause()).isEqualTo(Cause.EMPTY_RESPONSE);
        // The same alarms, but the update came first: the policy was broken by it.
        assertThat(
                        diagnoser
                                .diagnose(
                                        alarms,
                                        run(
                                                Map.of(Signals.UPDATE_NORM, 0.6),
                                                Map.of(
                                                        Signals.RESPONSE_EMPTY, 0.8,
                                                        Signals.REWARD_MEAN, 0.05)))
                                .cause())
                .isEqualTo(Cause.KL_EXPLOSION);
    }

    @Test
    void diagnose_rewardsOfManyValues_namesHackingAndNotASpike() {
        List<Finding> alarms = List.of(alarm("reward-values", Signals.REWARD_MAX));
        assertThat(
                        diagnoser
                                .diagnose(
                                        alarms,
                                        run(
                                                Map.of(
                                                        Signals.REWARD_MAX, 2.1,
                                                        Signals.REWARD_LEVELS, 12.0)))
                                .cause())
                .isEqualTo(Cause.REWARD_HACKING);
        assertThat(
                        diagnoser
                                .diagnose(
                                        alarms,
                                        run(
                                                Map.of(
                                                        Signals.REWARD_MAX, 3.0,
                                                        Signals.REWARD_LEVELS, 4.0)))
                                .cause())
                .isEqualTo(Cause.REWARD_SPIKE);
    }

    @Test
    void diagnose_perfectFit_isNeverCertain() {
        Diagnosis diagnosis =
                diagnoser.diagnose(
                        List.of(alarm("non-finite", Signals.LOSS_POLICY)), run(Map.of()));
        assertThat(diagnosis.candidates().get(0).probability()).isBetween(0.9, 0.95);
    }

    @Test
    void diagnose_onlyTheUpdateGrew_namesKlExplosionAtTheVeryStep() {
        assertThat(
                        diagnoser
                                .diagnose(
                                        List.of(alarm("update-explosion", Signals.UPDATE_NORM)),
                                        run(Map.of(Signals.UPDATE_NORM, 0.6)))
                                .cause())
                .isEqualTo(Cause.KL_EXPLOSION);
    }

    @Test
    void diagnose_rewardDownAlone_namesRewardCollapse() {
        assertThat(
                        diagnoser
                                .diagnose(
                                        List.of(alarm("reward-collapse", Signals.REWARD_MEAN)),
                                        run(Map.of(Signals.REWARD_MEAN, 0.0)))
                                .cause())
                .isEqualTo(Cause.REWARD_COLLAPSE);
    }

    @Test
    void diagnose_rewardUpAtOnce_namesRewardSpike() {
        assertThat(
                        diagnoser
                                .diagnose(
                                        List.of(alarm("reward-spike", Signals.REWARD_MEAN)),
                                        run(Map.of(Signals.REWARD_MEAN, 1.2)))
                                .cause())
                .isEqualTo(Cause.REWARD_SPIKE);
    }

    @Test
    void of_unknownCause_isRejected() throws IOException {
        String json = "{\"abstain\": 1, \"causes\": [{\"cause\": \"NOVEL\"}]}";
        assertThatThrownBy(
                        () ->
                                FingerprintDiagnoser.of(
                                        new ByteArrayInputStream(
                                                json.getBytes(StandardCharsets.UTF_8))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("NOVEL");
    }

    private static Finding alarm(String id, Signal signal) {
        return new Finding(
                id,
                EvidenceClass.REWARD,
                Verdict.violated(Evidence.of(signal, 1, "less").since(ONSET)));
    }

    /** Forty healthy steps and three in which some signals have other values. */
    private static List<Observation> run(Map<Signal, Double> since) {
        return run(since, since);
    }

    /** The same, with values that are there from the onset on, and others one step later. */
    private static List<Observation> run(Map<Signal, Double> atOnce, Map<Signal, Double> later) {
        Random random = new Random(1);
        List<Observation> run = new ArrayList<>();
        for (int step = 1; step < ONSET + 3; step++) {
            Map<Signal, Double> values =
                    new HashMap<>(
                            Map.of(
                                    Signals.REWARD_MEAN,
                                    0.5 + 0.05 * random.nextGaussian(),
                                    Signals.GRAD_NORM,
                                    Math.exp(0.3 * random.nextGaussian()),
                                    Signals.UPDATE_NORM,
                                    0.02 * Math.exp(0.1 * random.nextGaussian()),
                                    Signals.KL_REFERENCE,
                                    0.1 * Math.exp(0.3 * random.nextGaussian()),
                                    Signals.RESPONSE_EMPTY,
                                    0.0,
                                    Signals.REWARD_MAX,
                                    1.0,
                                    Signals.REWARD_LEVELS,
                                    2.0));
            if (step >= ONSET) {
                values.putAll(atOnce);
            }
            if (step > ONSET) {
                values.putAll(later);
            }
            run.add(Observation.of(step, values));
        }
        return run;
    }
}
