package dev.rft.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.control.Capability;
import dev.rft.api.control.Knob;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.AlarmBudget;
import dev.rft.monitor.EvidenceClass;
import dev.rft.monitor.Finding;
import dev.rft.monitor.Monitor;
import dev.rft.monitor.diagnose.Cause;
import dev.rft.recovery.event.RftEvent;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A fall of the reward that the verification of an action finds is evidence of its own. */
class HarmAsEvidenceTest {

    private final Fixtures.Recorder recorder = new Fixtures.Recorder();

    /** The gradient alone alarms, and the standard ladder takes it for a policy that runs away. */
    private Session session(EvidenceClass evidenceClass) {
        return Session.builder()
                .monitor(
                        Monitor.builder(AlarmBudget.perTenThousandSteps(1))
                                .with(
                                        "gradient",
                                        evidenceClass,
                                        Fixtures.bad(Signals.GRAD_NORM, 1, v -> v > 1))
                                .build())
                .diagnoser((findings, recent) -> Fixtures.certain(Cause.KL_EXPLOSION))
                .listener(recorder)
                .control(
                        () -> Set.of(Capability.SNAPSHOT),
                        () -> Map.of(Knob.LEARNING_RATE, 0.1),
                        onset -> OptionalLong.of(10))
                .build();
    }

    private static Observation step(StepKey key, double gradient, double reward) {
        return Observation.of(
                key,
                Map.of(
                        Signals.GRAD_NORM,
                        gradient,
                        Signals.REWARD_MEAN,
                        reward + (key.step() % 2) * 0.01));
    }

    private static Decision steps(Session session, long first, long last, double reward) {
        Decision decision = null;
        for (long i = first; i <= last; i++) {
            decision = session.observe(step(new StepKey(0, i, 0), 0.5, reward));
        }
        assertThat(decision).isNotNull();
        return decision;
    }

    /** Twenty healthy steps, two with an alarm, and the learning rate is turned down. */
    private static void alarmed(Session session, double reward) {
        steps(session, 1, 20, 0.5);
        session.observe(step(new StepKey(0, 21, 0), 5, reward));
        assertThat(session.observe(step(new StepKey(0, 22, 0), 5, reward)).action())
                .isInstanceOf(RecoveryAction.ScaleLearningRate.class);
        session.acted(new StepKey(0, 22, 0));
    }

    @Test
    void observe_rewardLowerThanBeforeTheOnset_isASecondClassAndAllowsARollback() {
        Session session = session(EvidenceClass.GRADIENT);
        alarmed(session, 0.3);

        assertThat(steps(session, 23, 45, 0.3).verified()).isEmpty();
        Decision decision = steps(session, 46, 46, 0.3);

        assertThat(decision.verified().orElseThrow().reason())
                .isEqualTo("reward.mean is lower than before the onset");
        assertThat(decision.action()).isInstanceOf(RecoveryAction.Rollback.class);
        Incident incident = decision.incident().orElseThrow();
        assertThat(incident.onset()).isEqualTo(21);
        assertThat(incident.findings())
                .extracting(Finding::detector)
                .containsExactly("gradient", "verification");
        assertThat(incident.evidenceClasses())
                .containsExactlyInAnyOrder(EvidenceClass.GRADIENT, EvidenceClass.REWARD);
        assertThat(incident.findings().get(1).toString())
                .contains("reward.mean = 0.3048, expected about 0.505");
        assertThat(incident.invariantBroken()).isFalse();
    }

    @Test
    void observe_rewardLowerThanBeforeTheAction_isASecondClassAsWell() {
        Session session = session(EvidenceClass.GRADIENT);
        alarmed(session, 0.5);

        Decision decision = steps(session, 23, 46, 0.3);

        assertThat(decision.verified().orElseThrow().outcome()).isEqualTo(Outcome.WORSE);
        assertThat(decision.action()).isInstanceOf(RecoveryAction.Rollback.class);
    }

    @Test
    void observe_rewardThatHasAlarmedItself_isNoSecondClass() {
        Session session = session(EvidenceClass.REWARD);
        alarmed(session, 0.3);

        Decision decision = steps(session, 23, 46, 0.3);

        assertThat(decision.verified().orElseThrow().outcome()).isEqualTo(Outcome.NO_EFFECT);
        assertThat(decision.action()).isInstanceOf(RecoveryAction.Continue.class);
        assertThat(decision.note()).contains("needs two evidence classes");
    }

    @Test
    void observe_rewardThatComesBackBeforeTheSecondLook_isNoEvidence() {
        Session session = session(EvidenceClass.GRADIENT);
        alarmed(session, 0.5);

        steps(session, 23, 34, 0.3);
        Decision decision = steps(session, 35, 46, 0.5);

        assertThat(recorder.story()).doesNotContain("acted Rollback");
        assertThat(decision.action()).isInstanceOf(RecoveryAction.Continue.class);
    }

    @Test
    void run_harmThatOnlyVerificationSees_isRolledBack() {
        QuadraticLoop loop = new QuadraticLoop(7);
        boolean[] thrown = {false};
        loop.afterStep =
                () -> {
                    if (loop.key().step() == 60 && !thrown[0]) {
                        thrown[0] = true;
                        loop.state = new QuadraticLoop.State(0.9, 0, 0, 0, 0.0005);
                    }
                };

        RunReport report =
                Fixtures.supervisor(loop)
                        .monitor(blip(60))
                        .diagnoser((f, recent) -> Fixtures.certain(Cause.KL_EXPLOSION))
                        .config(Fixtures.withoutRelaxing())
                        .listener(recorder)
                        .run(150);

        assertThat(recorder.story())
                .containsExactly(
                        "opened OD-1",
                        "acted ScaleLearningRate",
                        "judged ScaleLearningRate NO_EFFECT",
                        "acted Rollback",
                        "judged Rollback HELPED",
                        "closed");
        assertThat(report.completed()).isTrue();
        assertThat(loop.state.learningRate()).isGreaterThan(0.01);
    }

    private static Monitor blip(long step) {
        return Monitor.builder(AlarmBudget.perTenThousandSteps(1))
                .with(
                        "blip",
                        EvidenceClass.GRADIENT,
                        observation ->
                                Fixtures.bad(
                                                Signals.GRAD_NORM,
                                                step,
                                                norm ->
                                                        observation.key().attempt() == 0
                                                                && observation.key().step()
                                                                        <= step + 1)
                                        .inspect(observation))
                .build();
    }

    @Test
    void run_falseAlarmInAHealthyRun_isHardlyEverRolledBack() {
        int rolledBack = 0;
        for (int seed = 1; seed <= 300; seed++) {
            Fixtures.Recorder one = new Fixtures.Recorder();
            RunReport report =
                    Fixtures.supervisor(new QuadraticLoop(seed))
                            .monitor(blip(60))
                            .diagnoser((f, recent) -> Fixtures.certain(Cause.UNKNOWN))
                            .listener(one)
                            .run(120);
            assertThat(report.completed()).isTrue();
            boolean back =
                    one.of(RftEvent.ActionTaken.class).stream()
                            .anyMatch(t -> t.action() instanceof RecoveryAction.Rollback);
            rolledBack += back ? 1 : 0;
        }

        assertThat(rolledBack).isLessThanOrEqualTo(3);
    }
}
