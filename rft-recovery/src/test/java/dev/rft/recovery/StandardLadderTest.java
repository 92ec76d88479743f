package dev.rft.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rft.api.control.Capability;
import dev.rft.api.control.Knob;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.api.signal.StepRecord;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.EvidenceClass;
import dev.rft.monitor.Finding;
import dev.rft.monitor.Verdict;
import dev.rft.monitor.diagnose.Cause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StandardLadderTest {

    private static final StepKey KEY = new StepKey(0, 50, 0);
    private static final Set<Capability> ALL = EnumSet.allOf(Capability.class);
    private static final Set<Capability> WITHOUT_RESTART =
            EnumSet.complementOf(EnumSet.of(Capability.RESTART));

    private final StandardLadder ladder = new StandardLadder(RecoveryConfig.defaults(), true);

    private static Finding alarm(EvidenceClass evidenceClass) {
        return new Finding(
                evidenceClass.name(),
                evidenceClass,
                Verdict.violated(Evidence.of(Signals.GRAD_NORM, 9, "< 1")));
    }

    private static Incident incident(Cause cause, EvidenceClass... classes) {
        List<Finding> alarms = new ArrayList<>();
        for (EvidenceClass evidenceClass : classes) {
            alarms.add(alarm(evidenceClass));
        }
        return new Incident(1, KEY, 48, alarms, Fixtures.certain(cause), List.of(), List.of());
    }

    private static Incident strong(Cause cause) {
        return incident(cause, EvidenceClass.GRADIENT, EvidenceClass.REWARD);
    }

    private static Incident discarded() {
        Finding gate =
                new Finding(
                        Session.UPDATE_GATE,
                        EvidenceClass.GRADIENT,
                        Verdict.violated(
                                Evidence.of(Signals.GRAD_NORM, Double.NaN, "finite")
                                        .asInvariant()));
        return new Incident(
                1,
                KEY,
                48,
                List.of(gate),
                Fixtures.certain(Cause.NON_FINITE),
                List.of(),
                List.of());
    }

    private static RunState state(Set<Capability> capabilities, double before, double now) {
        return new RunState(
                KEY,
                capabilities,
                Map.of(Knob.LEARNING_RATE, 0.1),
                capabilities.contains(Capability.SNAPSHOT)
                        ? OptionalLong.of(40)
                        : OptionalLong.empty(),
                List.of(Observation.of(47, Map.of(Signals.UPDATE_NORM, before))),
                List.of(Observation.of(50, Map.of(Signals.UPDATE_NORM, now))),
                true);
    }

    /** Climbs a ladder whose every rung fails. */
    private List<RecoveryAction> climb(Incident incident, RunState state) {
        List<RecoveryAction> actions = new ArrayList<>();
        Incident present = incident;
        while (actions.size() < 20) {
            RecoveryAction action = ladder.decide(present, state);
            actions.add(action);
            if (action instanceof RecoveryAction.Halt
                    || action instanceof RecoveryAction.Continue) {
                break;
            }
            present =
                    present.with(
                            new Attempt(
                                    action,
                                    present.diagnosis().cause(),
                                    KEY,
                                    Outcome.NO_EFFECT,
                                    "still"));
        }
        return actions;
    }

    private List<String> names(Incident incident, RunState state) {
        return climb(incident, state).stream().map(RecoveryAction::name).toList();
    }

    @Test
    void decide_runaway_turnsTheLearningRateDownByTheGrowthOfTheUpdates() {
        List<RecoveryAction> actions = climb(strong(Cause.KL_EXPLOSION), state(ALL, 0.1, 2.5));

        assertThat(actions.get(0)).isEqualTo(new RecoveryAction.Rollback(48, 1 / 25.0));
        assertThat(((RecoveryAction.Rollback) actions.get(1)).learningRateFactor())
                .isCloseTo(0.004, org.assertj.core.data.Offset.offset(1e-12));
        assertThat(actions.subList(2, 5))
                .extracting(RecoveryAction::name)
                .containsExactly("ResetOptimizer", "Restart", "Halt");
    }

    @Test
    void decide_runawayWithoutGrowthOfUpdates_halves() {
        assertThat(ladder.decide(strong(Cause.KL_EXPLOSION), state(ALL, 0.1, 0.15)))
                .isEqualTo(new RecoveryAction.Rollback(48, 0.5));
    }

    @Test
    void decide_runawayByAHugeFactor_isKeptInBounds() {
        assertThat(ladder.decide(strong(Cause.KL_EXPLOSION), state(ALL, 1e-6, 1e6)))
                .isEqualTo(new RecoveryAction.Rollback(48, 0.01));
    }

    @Test
    void decide_runawayOnThinEvidence_onlyTurnsTheLearningRate() {
        assertThat(
                        ladder.decide(
                                incident(Cause.KL_EXPLOSION, EvidenceClass.GRADIENT),
                                state(ALL, 0.1, 1)))
                .isEqualTo(new RecoveryAction.ScaleLearningRate(0.1));
    }

    @Test
    void decide_notFinite_skipsFirst() {
        assertThat(names(discarded(), state(ALL, 1, 1)))
                .containsExactly("SkipStep", "Rollback", "Restart", "Halt");
    }

    @Test
    void decide_notFiniteButApplied_skipsNothing() {
        assertThat(names(strong(Cause.NON_FINITE), state(ALL, 1, 1)))
                .containsExactly("Rollback", "Restart", "Halt");
    }

    @Test
    void decide_attemptsForAnotherCause_areNoRungsOfThisLadder() {
        Incident restarted =
                strong(Cause.KL_EXPLOSION)
                        .with(
                                new Attempt(
                                        new RecoveryAction.Restart(48),
                                        Cause.REWARD_COLLAPSE,
                                        KEY,
                                        Outcome.NO_EFFECT,
                                        "still"));
        assertThat(ladder.decide(restarted, state(ALL, 0.1, 3)))
                .isInstanceOfSatisfying(
                        RecoveryAction.Rollback.class,
                        rollback ->
                                assertThat(rollback.learningRateFactor())
                                        .isCloseTo(1 / 30.0, within(1e-12)));
    }

    @Test
    void decide_factorAfterTheRateWasTurned_isThatOfTheUpdatesPerRate() {
        Incident tried =
                strong(Cause.KL_EXPLOSION)
                        .with(
                                new Attempt(
                                        new RecoveryAction.ScaleLearningRate(0.1),
                                        Cause.UNKNOWN,
                                        KEY,
                                        Outcome.NO_EFFECT,
                                        "still"));
        StepKey later = new StepKey(1, 44, 0);
        RunState restarted =
                new RunState(
                        later,
                        ALL,
                        Map.of(Knob.LEARNING_RATE, 0.1),
                        OptionalLong.of(40),
                        List.of(moving(new StepKey(0, 47, 0), 0.1, 0.1)),
                        List.of(moving(later, 0.3, 0.01)),
                        true);
        assertThat(ladder.decide(tried, restarted))
                .isInstanceOfSatisfying(
                        RecoveryAction.Rollback.class,
                        rollback ->
                                assertThat(rollback.learningRateFactor())
                                        .isCloseTo(1 / 30.0, within(1e-12)));
    }

    private static Observation moving(StepKey key, double norm, double rate) {
        return new Observation(
                new StepRecord(
                        "run",
                        key,
                        Map.of(Signals.UPDATE_NORM, norm, Signals.LEARNING_RATE, rate),
                        Map.of()),
                Optional.empty());
    }

    @Test
    void decide_relapse_measuresTheFactorAnewAndGoesFurther() {
        Attempt helped =
                new Attempt(
                        new RecoveryAction.Rollback(20, 0.03),
                        Cause.KL_EXPLOSION,
                        KEY,
                        Outcome.HELPED,
                        "");
        Incident first = strong(Cause.KL_EXPLOSION);
        Incident again =
                new Incident(
                        2,
                        KEY,
                        48,
                        first.findings(),
                        first.diagnosis(),
                        List.of(),
                        List.of(helped));
        assertThat(ladder.decide(again, state(ALL, 0.1, 1)))
                .isInstanceOfSatisfying(
                        RecoveryAction.Rollback.class,
                        rollback ->
                                assertThat(rollback.learningRateFactor())
                                        .isCloseTo(0.01, within(1e-12)));
    }

    @Test
    void decide_rewardWithQuietWeights_restartsAndThenStops() {
        List<RecoveryAction> actions = climb(strong(Cause.REWARD_COLLAPSE), state(ALL, 1, 0.1));

        assertThat(actions).extracting(RecoveryAction::name).containsExactly("Restart", "Halt");
        assertThat(((RecoveryAction.Halt) actions.get(1)).reason())
                .isEqualTo(
                        "rewards are broken: verifier or parser broken (RF-2) since step 48;"
                                + " tried: Restart NO_EFFECT");
    }

    @Test
    void decide_rewardWithMovingWeights_rollsBackFirst() {
        assertThat(names(strong(Cause.REWARD_SPIKE), state(ALL, 1, 5)))
                .containsExactly("Rollback", "Restart", "Halt");
    }

    @Test
    void decide_rewardInALoopWithoutRestart_rollsBack() {
        assertThat(
                        names(
                                strong(Cause.REWARD_COLLAPSE),
                                state(EnumSet.of(Capability.SNAPSHOT), 1, 0.1)))
                .containsExactly("Rollback", "Halt");
    }

    @Test
    void decide_unknownOnThinEvidence_beginsLight() {
        assertThat(names(incident(Cause.UNKNOWN, EvidenceClass.REWARD), state(ALL, 1, 1)))
                .containsExactly("ScaleLearningRate", "Rollback", "Restart", "Continue");
        assertThat(names(strong(Cause.UNKNOWN), state(ALL, 1, 1)))
                .containsExactly("Rollback", "Restart", "Halt");
    }

    @Test
    void decide_outage_waitsEachTimeTwiceAsLongAndNeverHalts() {
        List<RecoveryAction> actions = climb(strong(Cause.OUTAGE), state(ALL, 1, 1));

        assertThat(actions.subList(0, 5))
                .containsExactly(
                        pause(10), pause(20), new RecoveryAction.Restart(48), pause(40), pause(80));
        assertThat(actions.subList(8, 20)).containsOnly(pause(600));
    }

    @Test
    void decide_outageOfSomeTrajectories_firstGoesOnWithTheOthers() {
        Map<Signal, Double> some = Map.of(Signals.TRAJECTORY_MASKED, 0.75);
        assertThat(ladder.decide(strong(Cause.OUTAGE), showing(ALL, Map.of(), some)))
                .isEqualTo(new RecoveryAction.MaskTrajectories());
        Map<Signal, Double> all = Map.of(Signals.TRAJECTORY_MASKED, 1.0);
        assertThat(ladder.decide(strong(Cause.OUTAGE), showing(ALL, Map.of(), all)))
                .isEqualTo(pause(10));
    }

    @Test
    void decide_stepThatThrew_restartsThreeTimesWhateverTheCauseIsCalled() {
        Finding failed =
                new Finding(
                        Session.FAILED_STEP,
                        EvidenceClass.INFRASTRUCTURE,
                        Verdict.violated(Evidence.of(Signals.GRAD_NORM, 1, "0").asInvariant()));
        for (Cause cause : List.of(Cause.OUTAGE, Cause.UNKNOWN, Cause.KL_EXPLOSION)) {
            Incident incident =
                    new Incident(
                            1,
                            KEY,
                            50,
                            List.of(failed),
                            Fixtures.certain(cause),
                            List.of(),
                            List.of());
            assertThat(names(incident, state(ALL, 1, 1)))
                    .containsExactly("Restart", "Restart", "Restart", "Halt");
        }
    }

    @Test
    void decide_stepThatThrewInALoopWithoutRestart_rollsBackAsOften() {
        Finding failed =
                new Finding(
                        Session.FAILED_STEP,
                        EvidenceClass.INFRASTRUCTURE,
                        Verdict.violated(Evidence.of(Signals.GRAD_NORM, 1, "0").asInvariant()));
        Incident incident =
                new Incident(
                        1,
                        KEY,
                        50,
                        List.of(failed),
                        Fixtures.certain(Cause.KL_EXPLOSION),
                        List.of(),
                        List.of());

        List<RecoveryAction> actions =
                climb(incident, state(EnumSet.of(Capability.SNAPSHOT), 0.1, 2.5));

        assertThat(actions).startsWith(again(50), again(50), again(50)).hasSize(4);
        assertThat(actions.get(3)).isInstanceOf(RecoveryAction.Halt.class);
    }

    private static RecoveryAction again(long onset) {
        return new RecoveryAction.Rollback(onset, 1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Cause.class,
            names = {
                "REWARD_SPIKE",
                "REWARD_COLLAPSE",
                "EMPTY_RESPONSE",
                "REPETITION",
                "SHORT_RESPONSES",
                "LONG_RESPONSES",
                "TOOL_CALL_ERROR",
                "OBSERVATION_CORRUPTION",
                "TERMINATION_ERROR",
                "SAMPLER_MISMATCH"
            })
    void decide_causeOutsideTheWeights_isRestartedInPlaceOnThinEvidenceAlone(Cause cause) {
        RunState state = state(ALL, 1, 5);
        Incident thin = incident(cause, EvidenceClass.REWARD);

        assertThat(names(thin, state)).startsWith("RestartInPlace", "Rollback", "Restart");
        assertThat(names(strong(cause), state)).doesNotContain("RestartInPlace");
        assertThat(ladder.decide(thin, state(EnumSet.of(Capability.SNAPSHOT), 1, 5)))
                .isInstanceOf(RecoveryAction.Rollback.class);
        assertThat(new StandardLadder(RecoveryConfig.defaults(), false).decide(thin, state))
                .isInstanceOf(RecoveryAction.Rollback.class);
    }

    @ParameterizedTest
    @EnumSource(
            value = Cause.class,
            names = {"REWARD_HACKING", "KL_EXPLOSION", "ENTROPY_COLLAPSE", "NON_FINITE", "UNKNOWN"})
    void decide_causeInsideTheTraining_isNotRestartedInPlace(Cause cause) {
        assertThat(names(incident(cause, EvidenceClass.REWARD), state(ALL, 1, 1)))
                .doesNotContain("RestartInPlace");
    }

    @Test
    void decide_relapseAfterARestartInPlace_goesFurther() {
        Attempt helped =
                new Attempt(
                        new RecoveryAction.RestartInPlace(),
                        Cause.REWARD_COLLAPSE,
                        KEY,
                        Outcome.HELPED,
                        "");
        Incident first = incident(Cause.REWARD_COLLAPSE, EvidenceClass.REWARD);
        Incident again =
                new Incident(
                        2,
                        KEY,
                        48,
                        first.findings(),
                        first.diagnosis(),
                        List.of(),
                        List.of(helped));

        assertThat(ladder.decide(again, state(ALL, 1, 1)).destructive()).isTrue();
    }

    @Test
    void decide_klDriftOnThinEvidence_turnsTheKlCoefficientUpNext() {
        Map<Knob, Double> knobs = Map.of(Knob.LEARNING_RATE, 0.1, Knob.KL_COEFFICIENT, 0.02);
        assertThat(
                        climb(
                                incident(Cause.KL_EXPLOSION, EvidenceClass.POLICY_DISTANCE),
                                showing(ALL, knobs, Map.of())))
                .startsWith(
                        new RecoveryAction.ScaleLearningRate(0.5),
                        new RecoveryAction.SetKnob(Knob.KL_COEFFICIENT, 0.04));
    }

    @Test
    void decide_knobThatIsOff_isLeftAlone() {
        Map<Knob, Double> knobs = Map.of(Knob.LEARNING_RATE, 0.1, Knob.KL_COEFFICIENT, 0.0);
        assertThat(
                        names(
                                incident(Cause.KL_EXPLOSION, EvidenceClass.POLICY_DISTANCE),
                                showing(ALL, knobs, Map.of())))
                .doesNotContain("SetKnob");
    }

    @Test
    void decide_entropyCollapse_givesBackWhatWasLostBeforeItRollsBack() {
        Map<Knob, Double> knobs = Map.of(Knob.ENTROPY_COEFFICIENT, 0.01, Knob.TEMPERATURE, 1.0);
        assertThat(climb(strong(Cause.ENTROPY_COLLAPSE), showing(ALL, knobs, Map.of())))
                .startsWith(
                        new RecoveryAction.SetKnob(Knob.ENTROPY_COEFFICIENT, 0.02),
                        new RecoveryAction.SetKnob(Knob.TEMPERATURE, 1.2),
                        new RecoveryAction.Rollback(48, 0.5));
        Map<Knob, Double> hot = Map.of(Knob.TEMPERATURE, 1.4);
        assertThat(names(strong(Cause.ENTROPY_COLLAPSE), showing(ALL, hot, Map.of())))
                .doesNotContain("SetKnob");
    }

    @Test
    void decide_policyThatStandsStill_becomesItsOwnReferenceBeforeARestart() {
        assertThat(names(strong(Cause.UPDATE_FREEZE), state(ALL, 1, 1)))
                .containsExactly("Restart", "ResetOptimizer", "ResetReference", "Halt");
        assertThat(names(strong(Cause.UPDATE_FREEZE), state(WITHOUT_RESTART, 1, 1)))
                .containsExactly("Rollback", "ResetOptimizer", "ResetReference", "Halt");
    }

    @Test
    void decide_entropyCollapseOfASamplerThatSurprises_isNoMatterOfTheWeights() {
        Incident cold =
                alarmed(Cause.ENTROPY_COLLAPSE, "sampler-surprise", Signals.ROLLOUT_SURPRISE);
        assertThat(names(cold, state(ALL, 1, 1))).startsWith("RestartInPlace", "Restart");
    }

    @Test
    void decide_advantagesThatDoNotFollowFromTheRewards_areNoMatterOfTheWeights() {
        for (String detector : List.of("advantage-mismatch", "advantage-scale")) {
            Incident changed = invariant(Cause.ADVANTAGE_INSTABILITY, detector);
            assertThat(names(changed, state(ALL, 1, 1))).startsWith("Restart");
            assertThat(names(changed, state(ALL, 1, 5))).startsWith("Restart");
        }
        assertThat(names(strong(Cause.ADVANTAGE_INSTABILITY), state(ALL, 1, 1)))
                .startsWith("Rollback", "ResetOptimizer", "Restart");
    }

    @Test
    void decide_tokensDrawnFromSomethingElse_areNoMatterOfTheWeights_howeverTheyMove() {
        for (Cause cause :
                List.of(
                        Cause.SAMPLER_MISMATCH,
                        Cause.SHORT_RESPONSES,
                        Cause.ENTROPY_COLLAPSE,
                        Cause.UNKNOWN)) {
            assertThat(names(invariant(cause, "foreign-tokens"), state(ALL, 1, 5)))
                    .as(cause.id())
                    .startsWith("Restart");
            assertThat(names(invariant(cause, "foreign-tokens"), state(WITHOUT_RESTART, 1, 5)))
                    .as(cause.id())
                    .startsWith("Rollback");
        }
        assertThat(names(invariant(Cause.SAMPLER_MISMATCH, "sampler-mismatch"), state(ALL, 1, 5)))
                .startsWith("Rollback", "Restart");
    }

    private static Incident alarmed(Cause cause, String detector, Signal signal) {
        return alarmed(cause, detector, Evidence.of(signal, 1, "0"));
    }

    private static Incident invariant(Cause cause, String detector) {
        return alarmed(
                cause, detector, Evidence.of(Signals.ROLLOUT_SURPRISE, 1, "0").asInvariant());
    }

    private static Incident alarmed(Cause cause, String detector, Evidence evidence) {
        Finding finding =
                new Finding(detector, EvidenceClass.GENERATION, Verdict.violated(evidence));
        return new Incident(
                1, KEY, 48, List.of(finding), Fixtures.certain(cause), List.of(), List.of());
    }

    private static RecoveryAction pause(long seconds) {
        return new RecoveryAction.Pause(Duration.ofSeconds(seconds));
    }

    private static RunState showing(
            Set<Capability> capabilities, Map<Knob, Double> knobs, Map<Signal, Double> values) {
        return new RunState(
                KEY,
                capabilities,
                knobs,
                OptionalLong.of(40),
                List.of(),
                List.of(Observation.of(50, values)),
                true);
    }

    @Test
    void decide_ladderAtItsEndWithoutAnAlarm_doesNotHalt() {
        RunState alarming = state(ALL, 1, 1);
        RunState quiet =
                new RunState(
                        KEY,
                        ALL,
                        alarming.knobs(),
                        alarming.goodSnapshot(),
                        alarming.reference(),
                        alarming.recent(),
                        false);

        assertThat(names(discarded(), quiet))
                .containsExactly("SkipStep", "Rollback", "Restart", "Continue");
    }

    @Test
    void decide_benign_doesNothing() {
        assertThat(names(strong(Cause.BENIGN), state(ALL, 1, 1))).containsExactly("Continue");
    }

    @Test
    void decide_notFiniteForThreeStepsInALoopThatCanDoNothing_halts() {
        RunState blip = state(Set.of(), 1, Double.NaN);
        RunState lasting =
                new RunState(
                        KEY,
                        Set.of(),
                        Map.of(),
                        OptionalLong.empty(),
                        List.of(),
                        List.of(
                                Observation.of(48, Map.of(Signals.GRAD_NORM, Double.NaN)),
                                Observation.of(49, Map.of(Signals.GRAD_NORM, Double.NaN)),
                                Observation.of(50, Map.of(Signals.GRAD_NORM, Double.NaN))),
                        true);

        assertThat(names(strong(Cause.NON_FINITE), blip)).containsExactly("Continue");
        assertThat(names(strong(Cause.NON_FINITE), lasting)).containsExactly("Halt");
    }

    @ParameterizedTest
    @EnumSource(Cause.class)
    void decide_anyCause_endsAndNamesOnlyWhatTheLoopCanDo(Cause cause) {
        for (Capability missing : Capability.values()) {
            Set<Capability> capabilities = EnumSet.complementOf(EnumSet.of(missing));
            RunState state = state(capabilities, 1, 1);

            List<RecoveryAction> actions = climb(strong(cause), state);

            assertThat(actions).allMatch(state::canDo);
            if (cause != Cause.OUTAGE) {
                assertThat(actions).hasSizeLessThan(8);
            }
        }
    }
}
