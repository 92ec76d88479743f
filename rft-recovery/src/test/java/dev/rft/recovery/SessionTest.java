package dev.rft.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rft.api.control.Capability;
import dev.rft.api.control.Knob;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.AlarmBudget;
import dev.rft.monitor.EvidenceClass;
import dev.rft.monitor.Monitor;
import dev.rft.monitor.diagnose.Cause;
import dev.rft.recovery.event.RftEvent;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SessionTest {

    private static final RecoveryAction ROLLBACK = new RecoveryAction.Rollback(1, 1);
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private final Fixtures.Recorder recorder = new Fixtures.Recorder();

    /** A session whose alarms are gradient norms above 1 and KL above 1, a class each. */
    private Session session(RecoveryPolicy policy) {
        Monitor monitor =
                Monitor.builder(AlarmBudget.perTenThousandSteps(1))
                        .with(
                                "gradient",
                                EvidenceClass.GRADIENT,
                                Fixtures.bad(Signals.GRAD_NORM, 1, v -> v > 1))
                        .with(
                                "kl",
                                EvidenceClass.POLICY_DISTANCE,
                                Fixtures.bad(Signals.KL_UPDATE, 1, v -> v > 1))
                        .build();
        return Session.builder()
                .monitor(monitor)
                .diagnoser((findings, recent) -> Fixtures.certain(Cause.KL_EXPLOSION))
                .policies(List.of(policy))
                .listener(recorder)
                .clock(Clock.fixed(NOW, ZoneOffset.UTC))
                .control(
                        () -> Set.of(Capability.SNAPSHOT, Capability.GATE_UPDATE),
                        () -> Map.of(Knob.LEARNING_RATE, 0.1),
                        onset -> OptionalLong.of(0))
                .build();
    }

    private static Observation step(long step, double gradient, double kl) {
        return step(new StepKey(0, step, 0), gradient, kl, 0.5);
    }

    private static Observation step(StepKey key, double gradient, double kl, double reward) {
        return Observation.of(
                key,
                Map.of(
                        Signals.GRAD_NORM, gradient,
                        Signals.KL_UPDATE, kl,
                        Signals.REWARD_MEAN, reward + (key.step() % 2) * 0.01));
    }

    private static void healthy(Session session, long first, long last) {
        for (long i = first; i <= last; i++) {
            session.observe(step(i, 0.5, 0.5));
        }
    }

    @Test
    void observe_healthySteps_continuesWithoutIncident() {
        Session session = session((incident, state) -> ROLLBACK);

        Decision decision = session.observe(step(1, 0.5, 0.5));

        assertThat(decision.action()).isInstanceOf(RecoveryAction.Continue.class);
        assertThat(decision.incident()).isEmpty();
        assertThat(decision.findings()).hasSize(2);
        assertThat(recorder.events).singleElement().extracting(RftEvent::time).isEqualTo(NOW);
    }

    @Test
    void observe_oneClassOfEvidence_refusesWhatIsDestructive() {
        Session session = session((incident, state) -> ROLLBACK);
        healthy(session, 1, 10);

        for (long i = 11; i < 20; i++) {
            Decision decision = session.observe(step(i, 5, 0.5));
            assertThat(decision.action()).isInstanceOf(RecoveryAction.Continue.class);
            assertThat(decision.note()).contains("Rollback needs two evidence classes");
        }
        assertThat(session.incidents()).singleElement().matches(i -> i.attempts().isEmpty());
    }

    @Test
    void observe_secondClassJoins_allowsWhatIsDestructive() {
        Session session = session((incident, state) -> ROLLBACK);
        healthy(session, 1, 10);

        session.observe(step(11, 5, 0.5));
        Decision decision = session.observe(step(12, 0.5, 5));

        assertThat(decision.action()).isEqualTo(ROLLBACK);
        assertThat(decision.incident().orElseThrow().onset()).isEqualTo(11);
    }

    @Test
    void observe_twoClassesOnOneStep_waitsForConfirmation() {
        Session session = session((incident, state) -> ROLLBACK);
        healthy(session, 1, 10);

        Decision first = session.observe(step(11, 5, 5));

        assertThat(first.action()).isInstanceOf(RecoveryAction.Continue.class);
        assertThat(first.note()).contains("waits until the alarm is confirmed");
        assertThat(session.observe(step(12, 5, 5)).action()).isEqualTo(ROLLBACK);
    }

    @Test
    void observe_alarmThatFallsSilent_closesTheIncidentAsPassed() {
        Session session = session((incident, state) -> ROLLBACK);
        healthy(session, 1, 10);
        session.observe(step(11, 5, 0.5));

        healthy(session, 12, 15);
        assertThat(recorder.of(RftEvent.IncidentClosed.class)).isEmpty();
        Decision decision = session.observe(step(16, 0.5, 0.5));

        assertThat(recorder.of(RftEvent.IncidentClosed.class)).hasSize(1);
        assertThat(decision.incident()).hasValueSatisfying(i -> assertThat(i.repaired()).isFalse());
        assertThat(session.observe(step(17, 0.5, 0.5)).incident()).isEmpty();
    }

    @Test
    void observe_lightActionOnThinEvidence_isDecidedAndVerified() {
        RecoveryAction half = new RecoveryAction.ScaleLearningRate(0.5);
        Session session = session((incident, state) -> half);
        healthy(session, 1, 20);
        session.observe(step(21, 5, 0.5));

        assertThat(session.observe(step(22, 5, 0.5)).action()).isEqualTo(half);
        session.acted(new StepKey(0, 22, 0));
        // Three steps of grace, in which an alarm counts for nothing, then nine steps of proof.
        session.observe(step(23, 5, 0.5));
        healthy(session, 24, 33);
        Decision decision = session.observe(step(34, 0.5, 0.5));

        assertThat(decision.verified().orElseThrow().outcome()).isEqualTo(Outcome.HELPED);
        assertThat(recorder.story())
                .containsExactly(
                        "opened OD-1",
                        "acted ScaleLearningRate",
                        "judged ScaleLearningRate HELPED",
                        "closed");
    }

    @Test
    void observe_rewardClearlyLowerAfterTheAction_isWorse() {
        Session session = session((incident, state) -> new RecoveryAction.ScaleLearningRate(0.5));
        healthy(session, 1, 20);
        session.observe(step(21, 5, 0.5));
        session.observe(step(22, 5, 0.5));

        // No alarm, only a comparison: it is judged after twice the usual twelve steps.
        for (long i = 23; i <= 45; i++) {
            Decision early = session.observe(step(new StepKey(0, i, 0), 0.5, 0.5, 0.1));
            assertThat(early.verified()).isEmpty();
        }
        Decision decision = session.observe(step(new StepKey(0, 46, 0), 0.5, 0.5, 0.1));

        assertThat(decision.verified().orElseThrow().outcome()).isEqualTo(Outcome.WORSE);
        assertThat(decision.action()).isInstanceOf(RecoveryAction.ScaleLearningRate.class);
    }

    @Test
    void observe_inflatedRewardThatComesBackDown_isNotWorse() {
        Session session = session((incident, state) -> new RecoveryAction.ScaleLearningRate(0.5));
        healthy(session, 1, 20);
        session.observe(step(new StepKey(0, 21, 0), 5, 0.5, 9));
        session.observe(step(new StepKey(0, 22, 0), 5, 0.5, 9));

        healthy(session, 23, 33);
        Decision decision = session.observe(step(34, 0.5, 0.5));

        assertThat(decision.verified().orElseThrow().outcome()).isEqualTo(Outcome.HELPED);
    }

    @Test
    void observe_alarmAfterGrace_asksThePoliciesAgain() {
        Session session = session((incident, state) -> new RecoveryAction.ScaleLearningRate(0.5));
        healthy(session, 1, 20);
        session.observe(step(21, 5, 0.5));
        session.observe(step(22, 5, 0.5));
        healthy(session, 23, 25);

        Decision decision = session.observe(step(26, 5, 0.5));

        assertThat(decision.verified().orElseThrow().outcome()).isEqualTo(Outcome.NO_EFFECT);
        assertThat(decision.action()).isInstanceOf(RecoveryAction.ScaleLearningRate.class);
        assertThat(decision.incident().orElseThrow().attempts()).hasSize(2);
    }

    @Test
    void observe_afterARollbackNobodyReported_takesItFromTheKey() {
        Session session = session((incident, state) -> ROLLBACK);
        healthy(session, 1, 20);
        session.observe(step(21, 5, 5));
        session.observe(step(22, 5, 5));

        session.observe(step(new StepKey(1, 18, 0), 0.5, 0.5, 0.5));

        assertThat(recorder.of(RftEvent.ActionTaken.class))
                .extracting(RftEvent.ActionTaken::resumesAfter)
                .containsExactly(new StepKey(1, 17, 0));
    }

    @Test
    void observe_afterARollback_showsPoliciesOnlyTheStepsOfTheNewAttempt() {
        List<RunState> asked = new ArrayList<>();
        Session session =
                session(
                        (incident, state) -> {
                            asked.add(state);
                            return ROLLBACK;
                        });
        healthy(session, 1, 20);
        session.observe(step(21, 5, 5));
        session.observe(step(22, 5, 5));
        session.acted(new StepKey(1, 17, 0));
        for (long i = 18; i <= 21; i++) {
            session.observe(step(new StepKey(1, i, 0), 5, 5, 0.5));
        }

        RunState last = asked.get(asked.size() - 1);
        assertThat(last.recent())
                .extracting(Observation::key)
                .containsExactly(
                        new StepKey(1, 18, 0),
                        new StepKey(1, 19, 0),
                        new StepKey(1, 20, 0),
                        new StepKey(1, 21, 0));
        assertThat(last.reference()).extracting(o -> o.key().step()).endsWith(19L, 20L).hasSize(20);
    }

    @Test
    void observe_failureThatComesBackSoon_goesOnWithItsAttempts() {
        Session session = session((incident, state) -> new RecoveryAction.ScaleLearningRate(0.5));
        healthy(session, 1, 20);
        session.observe(step(21, 5, 0.5));
        session.observe(step(22, 5, 0.5));
        healthy(session, 23, 34);

        Decision first = session.observe(step(50, 5, 0.5));
        Decision second = session.observe(step(51, 5, 0.5));

        assertThat(first.action()).isEqualTo(new RecoveryAction.Continue());
        Incident again = second.incident().orElseThrow();
        assertThat(again.number()).isEqualTo(2);
        assertThat(again.earlier()).extracting(Attempt::outcome).containsExactly(Outcome.HELPED);
        assertThat(again.attempts()).extracting(Attempt::outcome).containsExactly(Outcome.PENDING);
    }

    @Test
    void observe_failureThatComesBackLate_beginsAnew() {
        Session session = session((incident, state) -> new RecoveryAction.ScaleLearningRate(0.5));
        healthy(session, 1, 20);
        session.observe(step(21, 5, 0.5));
        session.observe(step(22, 5, 0.5));
        healthy(session, 23, 60);

        Decision late = session.observe(step(61, 5, 0.5));

        assertThat(late.incident().orElseThrow().attempts()).isEmpty();
    }

    @Test
    void observe_policyThatNeverHelps_isStoppedByTheBudgetOfTheCause() {
        Session session = session((incident, state) -> new RecoveryAction.ScaleLearningRate(0.5));
        healthy(session, 1, 20);
        RecoveryAction action = new RecoveryAction.Continue();
        for (long i = 21; !(action instanceof RecoveryAction.Halt); i++) {
            assertThat(i).isLessThan(200);
            action = session.observe(step(i, 5, 0.5)).action();
        }

        assertThat(recorder.of(RftEvent.ActionTaken.class)).hasSize(8);
        assertThat(((RecoveryAction.Halt) action).reason())
                .isEqualTo(
                        "the budget of 8 actions for OD-1 is spent;"
                                + " ScaleLearningRate would have been next");
    }

    @Test
    void observe_skipsThatHelped_spendNothing() {
        Session session = session((incident, state) -> new RecoveryAction.SkipStep());
        for (long i = 1; i <= 1_000; i++) {
            Decision decision = session.observe(step(i, 0.5, 0.5), i % 50 == 0 ? 1 : 0);
            assertThat(decision.action()).isNotInstanceOf(RecoveryAction.Halt.class);
        }
        assertThat(session.incidents()).hasSize(20);
    }

    @Test
    void observe_onsetBeforeTheRun_isTheFirstStep() {
        Monitor monitor =
                Monitor.builder(AlarmBudget.perTenThousandSteps(1))
                        .with(
                                "early",
                                EvidenceClass.GRADIENT,
                                o ->
                                        dev.rft.monitor.Verdict.violated(
                                                dev.rft.monitor.Evidence.of(
                                                                Signals.GRAD_NORM, 2, "< 1")
                                                        .since(-5)))
                        .build();

        Decision decision = Session.builder().monitor(monitor).build().observe(step(3, 0.5, 0.5));

        assertThat(decision.incident().orElseThrow().onset()).isEqualTo(1);
    }

    @Test
    void acted_withoutADecidedAction_isRefused() {
        Session session = session((incident, state) -> ROLLBACK);
        assertThatThrownBy(() -> session.acted(StepKey.START))
                .isInstanceOf(IllegalStateException.class);
        session.observe(step(1, 0.5, 0.5));
        assertThatThrownBy(() -> session.acted(StepKey.START))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no action is pending");
    }
}
