package dev.rft.core.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rft.api.control.Batch;
import dev.rft.api.control.Capability;
import dev.rft.api.control.Knob;
import dev.rft.api.control.Proposal;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.api.signal.Trajectory;
import dev.rft.core.model.PolicyModel;
import dev.rft.core.optim.Gradients;
import dev.rft.core.testing.EngineExtension;
import java.util.Map;
import java.util.SortedMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PolicyTrainerTest {

    private static final StepKey FIRST = StepKey.START.next();

    @RegisterExtension final EngineExtension engine = new EngineExtension();

    private TinyTask task;

    @BeforeEach
    void makeTask() {
        task = new TinyTask(engine.manager());
    }

    @Test
    void collect_aBatch_reportsTheTrajectoriesInGroups() {
        try (PolicyTrainer trainer = task.trainer()) {
            Batch batch = trainer.collect(FIRST);

            assertThat(batch.updates()).isEqualTo(1);
            assertThat(batch.trajectories().trajectories())
                    .extracting(Trajectory::group)
                    .containsExactly(0, 0, 0, 0, 1, 1, 1, 1);
            assertThat(batch.trajectories().trajectories())
                    .allSatisfy(one -> assertThat(one.length()).isBetween(0, 3));
        }
    }

    @Test
    void compute_anUpdate_changesNothingYet() {
        try (PolicyTrainer trainer = task.trainer()) {
            SortedMap<String, String> before = task.bits();

            Proposal proposal = trainer.compute(trainer.collect(FIRST));

            assertThat(proposal.finite()).isTrue();
            assertThat(proposal.values()).containsOnlyKeys(Signals.LOSS_POLICY, Signals.GRAD_NORM);
            assertThat(proposal.values().get(Signals.GRAD_NORM)).isPositive();
            assertThat(task.bits()).isEqualTo(before);
        }
    }

    @Test
    void apply_anUpdate_movesTheWeightsAndZeroesTheGradients() {
        try (PolicyTrainer trainer = task.trainer()) {
            SortedMap<String, String> before = task.bits();

            trainer.apply(trainer.compute(trainer.collect(FIRST)));

            assertThat(task.bits()).isNotEqualTo(before);
            assertThat(gradientNorm()).isZero();
            Observation observation = trainer.observe();
            assertThat(observation.key()).isEqualTo(FIRST);
            assertThat(observation.value(Signals.UPDATE_NORM).orElseThrow()).isPositive();
        }
    }

    @Test
    void discard_anUpdate_leavesWeightsAndMomentsBitForBit() {
        try (PolicyTrainer trainer = task.trainer()) {
            trainer.step(FIRST);
            SortedMap<String, String> before = task.bits();

            trainer.discard(trainer.compute(trainer.collect(FIRST.next())));

            assertThat(task.bits()).isEqualTo(before);
            assertThat(gradientNorm()).isZero();
            Observation observation = trainer.observe();
            assertThat(observation.value(Signals.UPDATE_NORM)).contains(0.0);
            assertThat(observation.value(Signals.KL_UPDATE)).isEmpty();
        }
    }

    @Test
    void apply_anUpdateThatIsNotFinite_isRefusedAndLeavesEverything() {
        task.rewards = (prompt, response) -> Double.NaN;
        try (PolicyTrainer trainer = task.trainer()) {
            SortedMap<String, String> before = task.bits();
            Proposal proposal = trainer.compute(trainer.collect(FIRST));
            assertThat(proposal.finite()).isFalse();

            assertThatThrownBy(() -> trainer.apply(proposal))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("update: must be finite to be applied")
                    .hasMessageContaining("NaN");

            assertThat(task.bits()).isEqualTo(before);
            assertThat(gradientNorm()).isZero();
            task.rewards = TinyTask.UNEVEN;
            assertThat(trainer.step(FIRST).value(Signals.GRAD_NORM).orElseThrow()).isFinite();
        }
    }

    @Test
    void step_withAnUpdateThatIsNotFinite_discardsItAndReportsIt() {
        task.rewards = (prompt, response) -> Double.NaN;
        try (PolicyTrainer trainer = task.trainer()) {
            SortedMap<String, String> before = task.bits();

            Observation observation = trainer.step(FIRST);

            assertThat(task.bits()).isEqualTo(before);
            assertThat(observation.value(Signals.LOSS_POLICY).orElseThrow()).isNaN();
            assertThat(observation.value(Signals.REWARD_MEAN).orElseThrow()).isNaN();
        }
    }

    @Test
    void phases_outOfOrder_areRefusedWithTheReason() {
        try (PolicyTrainer trainer = task.trainer();
                PolicyTrainer other = task.trainer()) {
            assertOrder(trainer::observe, "must be the one of the last collect");
            Batch stale = trainer.collect(FIRST);
            Batch batch = trainer.collect(FIRST);
            Batch foreign = other.collect(FIRST);
            assertOrder(() -> trainer.compute(stale), "must be the one of the last collect");
            assertOrder(() -> trainer.compute(foreign), "must be the one of the last collect");
            assertOrder(() -> trainer.apply(Map::of), "must be the one of the last compute");
            assertOrder(() -> trainer.discard(Map::of), "must be the one of the last compute");

            Proposal proposal = trainer.compute(batch);
            assertOrder(() -> trainer.compute(batch), "must be applied or discarded first");
            assertOrder(() -> trainer.apply(Map::of), "must be the one of the last compute");
            assertOrder(() -> other.apply(proposal), "must be the one of the last compute");
            trainer.apply(proposal);
            assertOrder(() -> trainer.apply(proposal), "must be the one of the last compute");
            assertOrder(() -> trainer.compute(batch), "carries 1 updates, all of them");
            trainer.observe();
            assertOrder(trainer::observe, "must be the one of the last collect");
            assertOrder(() -> trainer.compute(batch), "must be the one of the last collect");
        }
    }

    @Test
    void compute_afterADiscard_givesTheSameUpdateAgain() {
        try (PolicyTrainer trainer = task.trainer()) {
            Batch batch = trainer.collect(FIRST);
            Proposal one = trainer.compute(batch);
            trainer.discard(one);

            assertThat(trainer.compute(batch).values()).isEqualTo(one.values());
        }
    }

    @Test
    void compute_theSecondUpdateOfABatch_startsFromAPolicyThatMoved() {
        task.objective = TinyTask.PLAIN;
        task.config = TinyTask.config(2);
        try (PolicyTrainer trainer = task.trainer()) {
            Batch batch = trainer.collect(FIRST);
            Proposal one = trainer.compute(batch);
            trainer.apply(one);
            Proposal two = trainer.compute(batch);
            trainer.apply(two);

            // With ratio 1 everywhere the second loss would be the first: minus the mean advantage.
            double first = one.values().get(Signals.LOSS_POLICY);
            double second = two.values().get(Signals.LOSS_POLICY);
            assertThat(second).isLessThan(first - 1e-3);
            Observation observation = trainer.observe();
            assertThat(observation.value(Signals.LOSS_POLICY)).contains(second);
            assertThat(observation.value(Signals.RATIO_MAX).orElseThrow()).isGreaterThan(1.01);
            assertOrder(() -> trainer.compute(batch), "must be the one of the last collect");
        }
    }

    @Test
    void compute_withTwoUpdatesPerBatch_givesTheFirstOfOneUpdatePerBatch() {
        try (PolicyTrainer trainer = task.trainer()) {
            Proposal single = trainer.compute(trainer.collect(FIRST));
            task.config = TinyTask.config(2);
            try (PolicyTrainer twice = task.trainer()) {
                trainer.discard(single);
                Proposal first = twice.compute(twice.collect(FIRST));
                single.values()
                        .forEach(
                                (signal, value) ->
                                        assertThat(first.values().get(signal))
                                                .isCloseTo(value, within(1e-6)));
            }
        }
    }

    @Test
    void observe_atTheStepsThatEvaluate_reportsTheHeldOutAccuracy() {
        task.config = new PolicyTrainerConfig(5, 2, 4, 1, task.config.sampling(), 1e-2, 1, 2);
        task.evaluation =
                new Evaluation(TinyTask.TOKENIZER, TinyTask.PROMPTS, (prompt, response) -> 0.25, 3);
        try (PolicyTrainer trainer = task.trainer()) {
            Observation odd = trainer.step(FIRST);
            Observation even = trainer.step(FIRST.next());

            assertThat(odd.value(Signals.HELDOUT_ACCURACY)).isEmpty();
            assertThat(even.value(Signals.HELDOUT_ACCURACY)).contains(0.25);
            assertThat(even.count(Signals.HELDOUT_ACCURACY)).hasValue(10);
        }
    }

    @Test
    void setKnob_withinItsBounds_takesEffectAndIsReported() {
        try (PolicyTrainer trainer = task.trainer()) {
            trainer.setKnob(Knob.LEARNING_RATE, 0);
            trainer.setKnob(Knob.TEMPERATURE, 1e-3);
            trainer.setKnob(Knob.KL_COEFFICIENT, 0.5);

            assertThat(trainer.knobs())
                    .containsOnly(
                            Map.entry(Knob.LEARNING_RATE, 0.0),
                            Map.entry(Knob.TEMPERATURE, 1e-3),
                            Map.entry(Knob.KL_COEFFICIENT, 0.5));
            Observation observation = trainer.step(FIRST);
            assertThat(observation.value(Signals.LEARNING_RATE)).contains(0.0);
            assertThat(observation.value(Signals.UPDATE_NORM)).contains(0.0);
            assertThat(observation.value(Signals.ENTROPY).orElseThrow()).isLessThan(1e-3);
        }
    }

    @Test
    void setKnob_unknownOrOutOfBounds_isRefused() {
        task.objective = TinyTask.PLAIN;
        try (PolicyTrainer trainer = task.trainer()) {
            assertThatThrownBy(() -> trainer.setKnob(Knob.KL_COEFFICIENT, 0.1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("kl_coefficient");
            assertThatThrownBy(() -> trainer.setKnob(Knob.LEARNING_RATE, Double.NaN))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> trainer.setKnob(Knob.TEMPERATURE, 0))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(trainer.knobs()).hasSize(2).containsEntry(Knob.TEMPERATURE, 1.0);
        }
    }

    @Test
    void resetOptimizer_afterSteps_forgetsTheMoments() {
        try (PolicyTrainer trainer = task.trainer()) {
            trainer.step(FIRST);

            trainer.resetOptimizer();

            assertThat(task.adam.state().get("steps").toLongArray()).containsExactly(0);
            assertThat(task.adam.state().get("v.lm_head.weight").toFloatArray()).containsOnly(0);
            assertThat(trainer.capabilities()).contains(Capability.RESET_OPTIMIZER);
        }
    }

    @Test
    void parts_withAKlTermAndNoReference_areRefused() {
        assertThatThrownBy(() -> parts(null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("reference: must be given");
    }

    @Test
    void parts_withThePolicyAsItsOwnReference_areRefused() {
        assertThatThrownBy(() -> parts(task.model))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("reference: must be a model of its own, was the policy");
    }

    private PolicyTrainerParts parts(PolicyModel reference) {
        return new PolicyTrainerParts(
                task.model,
                reference,
                TinyTask.TOKENIZER,
                random -> TinyTask.PROMPTS.get(0),
                () -> TinyTask.UNEVEN,
                task.advantages,
                TinyTask.PULLED,
                task.adam,
                null);
    }

    private double gradientNorm() {
        return Gradients.globalNorm(task.model.parameters().values());
    }

    private static void assertOrder(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(message);
    }
}
