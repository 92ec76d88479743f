package dev.rft.monitor.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.monitor.AlarmBudget;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.Finding;
import dev.rft.monitor.Monitor;
import dev.rft.monitor.Verdict;
import dev.rft.monitor.diagnose.Cause;
import dev.rft.monitor.diagnose.Diagnosis;
import dev.rft.monitor.diagnose.FingerprintDiagnoser;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProfileDetectorsTest {

    private static final AlarmBudget BUDGET = AlarmBudget.perTenThousandSteps(1);
    private static final long UNSEEN = 1_000;

    private final Profile profile = HealthyRun.profile(5);

    /** The alarms of the profile's detectors: the first of each, by detector. */
    private static Map<String, Observed> alarms(Profile profile, List<Observation> run) {
        Monitor monitor = Monitor.standard(BUDGET, profile);
        Map<String, Observed> alarms = new TreeMap<>();
        for (Observation observation : run) {
            for (Finding finding : monitor.inspect(observation)) {
                if (finding.detector().startsWith("profile-")
                        && finding.verdict() instanceof Verdict.Violated violated) {
                    alarms.computeIfAbsent(
                                    finding.detector(),
                                    any ->
                                            new Observed(
                                                    observation.key().step(), violated.evidence()))
                            .count++;
                }
            }
        }
        return alarms;
    }

    private static final class Observed {
        private final long step;
        private final Evidence evidence;
        private int count;

        Observed(long step, Evidence evidence) {
            this.step = step;
            this.evidence = evidence;
        }
    }

    @Test
    void inspect_healthyRunsThatItDoesNotKnow_raisesNoAlarm() {
        for (int runs : new int[] {2, 3, 10}) {
            Profile of = HealthyRun.profile(runs);
            for (int seed = 0; seed < 30; seed++) {
                assertThat(alarms(of, HealthyRun.of(UNSEEN + seed, 140)))
                        .as("profile of %s runs, seed %s", runs, seed)
                        .isEmpty();
            }
        }
    }

    @Test
    void inspect_faultFromTheFirstStep_isSeenAtTheEndOfTheFirstPhaseSinceStepOne() {
        List<Observation> run =
                HealthyRun.times(HealthyRun.of(UNSEEN, 60), Signals.UPDATE_NORM, 30, 1);

        Observed alarm = alarms(profile, run).get("profile-gradient");

        assertThat(alarm.step).isEqualTo(4);
        assertThat(alarm.evidence.signal()).isEqualTo(Signals.UPDATE_NORM);
        assertThat(alarm.evidence.onset()).hasValue(1);
        assertThat(alarm.evidence.shift()).isGreaterThan(10);
        assertThat(alarm.evidence.invariant()).isFalse();
        assertThat(alarm.evidence.expected()).contains("at most", "5 healthy runs");
    }

    @Test
    void inspect_deadVerifierFromTheFirstStep_isSeenByItsReward() {
        List<Observation> run =
                HealthyRun.times(HealthyRun.of(UNSEEN, 60), Signals.REWARD_MEAN, 0, 1);
        Map<String, Observed> alarms = alarms(profile, run);
        assertThat(alarms).containsOnlyKeys("profile-reward");
        assertThat(alarms.get("profile-reward").step).isLessThanOrEqualTo(16);
    }

    @Test
    void inspect_betterThanHealthyRuns_raisesNoAlarm() {
        List<Observation> run =
                HealthyRun.times(HealthyRun.of(UNSEEN, 140), Signals.REWARD_MEAN, 2, 1);
        assertThat(alarms(profile, run)).isEmpty();
    }

    @Test
    void inspect_faultInMidRun_isLeftToTheDetectorsThatKnowTheRun() {
        List<Observation> run =
                HealthyRun.times(HealthyRun.of(UNSEEN, 140), Signals.UPDATE_NORM, 30, 60);
        assertThat(alarms(profile, run)).isEmpty();
    }

    @Test
    void inspect_fewRuns_askForMore() {
        // Nine times the noise: 6.6 deviations of a run by 2 others, 7.9 of one by 20.
        List<Observation> run = new ArrayList<>();
        for (int step = 1; step <= 8; step++) {
            run.add(Observation.of(step, Map.of(Signals.ENTROPY, 0.1)));
        }
        assertThat(alarms(entropyOf(2), run)).isEmpty();
        assertThat(alarms(entropyOf(20), run)).containsOnlyKeys("profile-policy-distance");
    }

    private static Profile entropyOf(int runs) {
        List<String> names = IntStream.range(0, runs).mapToObj(run -> "run " + run).toList();
        Usual usual = new Usual(Signals.ENTROPY, runs, 0.1, 0.1, List.of(1.0, 1.0));
        return new Profile(names, Map.of(Signals.ENTROPY, usual));
    }

    @Test
    void inspect_lastingDifference_alarmsForABoundedTime() {
        List<Observation> run =
                HealthyRun.times(HealthyRun.of(UNSEEN, 140), Signals.RESPONSE_LENGTH, 5, 1);
        assertThat(alarms(profile, run).get("profile-generation").count).isEqualTo(32);
    }

    @Test
    void inspect_anotherSetUp_isSaidAndRaisesNoAlarm() {
        List<Observation> other = HealthyRun.of(UNSEEN, 40);
        for (Signal signal : new ArrayList<>(profile.signals())) {
            other = HealthyRun.times(other, signal, 6, 1);
        }
        assertThat(alarms(profile, other)).isEmpty();

        Monitor monitor = Monitor.standard(BUDGET, profile);
        Finding said =
                monitor.inspect(other.get(0)).stream()
                        .filter(finding -> finding.detector().equals(ProfileDetectors.SET_UP))
                        .findFirst()
                        .orElseThrow();
        assertThat(said.verdict()).isInstanceOf(Verdict.Suspect.class);
        assertThat(((Verdict.Suspect) said.verdict()).evidence().expected())
                .startsWith("another set-up than the profile's");
    }

    @Test
    void inspect_aRunSeenFromItsMiddle_isNotJudged() {
        List<Observation> run =
                HealthyRun.times(HealthyRun.of(UNSEEN, 140), Signals.UPDATE_NORM, 30, 1);
        assertThat(alarms(profile, run.subList(50, 140))).isEmpty();
    }

    @Test
    void inspect_everyTenthStepLogged_isJudgedOnWhatThereIs() {
        ProfileLearner learner = new ProfileLearner();
        for (int seed = 1; seed <= 5; seed++) {
            learner.begin("run " + seed);
            tenth(HealthyRun.of(seed, 140)).forEach(learner::observe);
        }
        List<Observation> run =
                HealthyRun.times(HealthyRun.of(UNSEEN, 140), Signals.UPDATE_NORM, 30, 1);

        Map<String, Observed> alarms = alarms(learner.profile(), tenth(run));

        assertThat(alarms.get("profile-gradient").step).isLessThanOrEqualTo(70);
        assertThat(alarms(learner.profile(), tenth(HealthyRun.of(UNSEEN, 140)))).isEmpty();
    }

    private static List<Observation> tenth(List<Observation> run) {
        return run.stream().filter(o -> o.key().step() % 10 == 0).toList();
    }

    @Test
    void save_inMidPhase_restoresTheSameVerdicts() {
        List<Observation> run =
                HealthyRun.times(HealthyRun.of(UNSEEN, 60), Signals.UPDATE_NORM, 30, 1);
        for (int cut : new int[] {0, 2, 6, 20}) {
            Monitor first = Monitor.standard(BUDGET, profile);
            run.subList(0, cut).forEach(first::inspect);
            Monitor second = Monitor.standard(BUDGET, profile);
            run.subList(0, 40).forEach(second::inspect);
            second.restore(first.save());
            for (Observation observation : run.subList(cut, 60)) {
                assertThat(second.inspect(observation)).isEqualTo(first.inspect(observation));
            }
        }
    }

    @Test
    void diagnose_faultFromTheFirstStep_isNamedByItsShiftsFromTheProfile() {
        List<Observation> run = HealthyRun.of(UNSEEN, 8);
        for (Signal signal : List.of(Signals.UPDATE_NORM, Signals.KL_REFERENCE)) {
            run = HealthyRun.times(run, signal, 40, 1);
        }
        Monitor monitor = Monitor.standard(BUDGET, profile);
        List<Finding> findings = new ArrayList<>();
        run.forEach(observation -> replace(findings, monitor.inspect(observation)));

        FingerprintDiagnoser alone = FingerprintDiagnoser.standard();
        Diagnosis compared = alone.comparedWith(profile).diagnose(findings, run);

        assertThat(alone.diagnose(findings, run).cause()).isEqualTo(Cause.UNKNOWN);
        assertThat(compared.cause()).isEqualTo(Cause.KL_EXPLOSION);
        assertThat(compared.candidates().get(0).supporting())
                .anyMatch(line -> line.startsWith("update.norm rose by"));
    }

    private static void replace(List<Finding> findings, List<Finding> now) {
        Map<String, Finding> byId = new HashMap<>();
        now.forEach(finding -> byId.put(finding.detector(), finding));
        findings.clear();
        findings.addAll(byId.values());
    }
}
