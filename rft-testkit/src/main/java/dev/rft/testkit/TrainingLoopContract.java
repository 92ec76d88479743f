package dev.rft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rft.api.control.Batch;
import dev.rft.api.control.Capability;
import dev.rft.api.control.Knob;
import dev.rft.api.control.LoopSnapshot;
import dev.rft.api.control.Proposal;
import dev.rft.api.control.TrainingLoop;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.api.signal.Trajectory;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What holds for every training loop. A test class implements this interface and inherits its
 * tests:
 *
 * <pre>{@code
 * class MyLoopTest implements TrainingLoopContract {
 *     public TrainingLoop loop() { return new MyLoop(42); }
 *     public Object state(TrainingLoop loop) { return ((MyLoop) loop).weights(); }
 * }
 * }</pre>
 *
 * <p>Steps are compared by what they show, wall time left out, and by {@link #state}. A test of
 * something that the loop cannot do checks that it says so.
 */
public interface TrainingLoopContract extends TrainingLoopSnapshotContract {

    /** Two equal loops show the same steps and come to the same state. */
    @Test
    default void step_sameKeys_givesTheSameRun() {
        TrainingLoop one = loop();
        TrainingLoop other = loop();
        for (long step = 1; step <= 4; step++) {
            StepKey key = new StepKey(0, step, 0);
            assertThat(TrainingLoopContracts.shown(one.step(key)))
                    .as("step %s", key)
                    .isEqualTo(TrainingLoopContracts.shown(other.step(key)));
        }
        assertThat(state(one)).isEqualTo(state(other));
    }

    /** Randomness does not depend on how often the process was resumed. */
    @Test
    default void step_otherIncarnation_givesTheSameRun() {
        TrainingLoop one = loop();
        TrainingLoop other = loop();
        for (long step = 1; step <= 2; step++) {
            assertThat(TrainingLoopContracts.shown(one.step(new StepKey(1, step, 0))))
                    .isEqualTo(TrainingLoopContracts.shown(other.step(new StepKey(1, step, 3))));
        }
        assertThat(state(one)).isEqualTo(state(other));
    }

    /** A step is shown under the key that it was begun with. */
    @Test
    default void observe_anyStep_hasTheKeyOfCollect() {
        TrainingLoop loop = loop();
        StepKey key = new StepKey(2, 7, 1);
        assertThat(loop.step(key).key()).isEqualTo(key);
    }

    /** A batch carries at least one update. */
    @Test
    default void collect_anyStep_carriesAnUpdate() {
        Batch batch = loop().collect(new StepKey(0, 1, 0));
        assertThat(batch.updates()).isPositive();
        assertThat(batch.trajectories()).isNotNull();
    }

    /** A step that was begun and left is forgotten. */
    @Test
    default void collect_afterAnUnfinishedStep_dropsIt() {
        TrainingLoop loop = loop();
        Object before = state(loop);
        loop.compute(loop.collect(new StepKey(0, 1, 0)));
        loop.collect(new StepKey(0, 1, 0));
        assertThat(state(loop)).isEqualTo(before);
        TrainingLoop fresh = loop();
        assertThat(TrainingLoopContracts.shown(loop.step(new StepKey(1, 1, 0))))
                .isEqualTo(TrainingLoopContracts.shown(fresh.step(new StepKey(1, 1, 0))));
    }

    /** Nothing is observed before a step was begun, nor twice. */
    @Test
    default void observe_withoutCollect_isRefused() {
        TrainingLoop loop = loop();
        assertThatThrownBy(loop::observe).isInstanceOf(IllegalStateException.class);
        loop.step(new StepKey(0, 1, 0));
        assertThatThrownBy(loop::observe).isInstanceOf(IllegalStateException.class);
    }

    /** A discarded update leaves the state as it was, and the loop able to go on. */
    @Test
    default void discard_anyUpdate_leavesTheStateAsItWas() {
        TrainingLoop loop = loop();
        loop.step(new StepKey(0, 1, 0));
        Object before = state(loop);
        Batch batch = loop.collect(new StepKey(0, 2, 0));
        Proposal proposal = loop.compute(batch);
        if (!TrainingLoopContracts.can(loop, Capability.GATE_UPDATE)) {
            assertThatThrownBy(() -> loop.discard(proposal))
                    .isInstanceOf(UnsupportedOperationException.class);
            return;
        }
        assertThat(state(loop)).as("state after compute").isEqualTo(before);
        loop.discard(proposal);
        loop.observe();
        assertThat(state(loop)).as("state after discard").isEqualTo(before);
        loop.step(new StepKey(0, 3, 0));
        assertThat(state(loop)).as("state after the next step").isNotEqualTo(before);
    }

    /** An update ends once. */
    @Test
    default void discard_twice_isRefused() {
        TrainingLoop loop = loop();
        assumeTrue(TrainingLoopContracts.can(loop, Capability.GATE_UPDATE));
        Proposal proposal = loop.compute(loop.collect(new StepKey(0, 1, 0)));
        loop.discard(proposal);
        assertThatThrownBy(() -> loop.discard(proposal)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> loop.apply(proposal)).isInstanceOf(IllegalStateException.class);
    }

    /** A knob takes what is within its bounds, and belongs to the state. */
    @Test
    default void setKnob_withinBounds_isTakenAndBelongsToTheState() {
        TrainingLoop loop = loop();
        for (Map.Entry<Knob, Double> knob : loop.knobs().entrySet()) {
            double changed = TrainingLoopContracts.another(knob.getKey(), knob.getValue());
            boolean kept = TrainingLoopContracts.can(loop, Capability.SNAPSHOT);
            LoopSnapshot snapshot = kept ? loop.snapshot() : null;
            loop.setKnob(knob.getKey(), changed);
            assertThat(loop.knobs()).containsEntry(knob.getKey(), changed);
            if (snapshot != null) {
                loop.restore(snapshot);
                assertThat(loop.knobs()).containsEntry(knob.getKey(), knob.getValue());
                snapshot.close();
            }
        }
    }

    /** A knob refuses what is out of bounds, and stays where it is. */
    @Test
    default void setKnob_outOfBounds_isRefused() {
        TrainingLoop loop = loop();
        Map<Knob, Double> before = loop.knobs();
        for (Knob knob : before.keySet()) {
            for (double value : new double[] {Math.nextDown(knob.min()), Double.NaN}) {
                assertThatThrownBy(() -> loop.setKnob(knob, value))
                        .as("%s = %s", knob, value)
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
        assertThatThrownBy(() -> loop.setKnob(new Knob("contract.unknown", 0, 1), 0.5))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(loop.knobs()).isEqualTo(before);
    }

    /** Masked trajectories are shown as such, and no others. */
    @Test
    default void mask_someTrajectories_showsThemMasked() {
        TrainingLoop loop = loop();
        Batch batch = loop.collect(new StepKey(0, 1, 0));
        if (!TrainingLoopContracts.can(loop, Capability.MASK_TRAJECTORIES)) {
            assertThatThrownBy(() -> loop.mask(batch, Set.of()))
                    .isInstanceOf(UnsupportedOperationException.class);
            return;
        }
        int size = batch.trajectories().trajectories().size();
        assertThatThrownBy(() -> loop.mask(batch, Set.of(size)))
                .isInstanceOf(IndexOutOfBoundsException.class);
        Batch masked = loop.mask(batch, Set.of(0));
        List<Trajectory> left = masked.trajectories().trajectories();
        assertThat(left).hasSize(size);
        assertThat(left.get(0).is(Trajectory.Flag.MASKED)).isTrue();
        assertThat(left.subList(1, size)).noneMatch(t -> t.is(Trajectory.Flag.MASKED));
        TrainingLoopContracts.updates(loop, masked);
        Observation shown = loop.observe();
        assertThat(shown.value(Signals.TRAJECTORY_MASKED))
                .hasValueSatisfying(share -> assertThat(share).isEqualTo(1.0 / size));
    }

    /** A batch of which nothing is left changes nothing. */
    @Test
    default void mask_allTrajectories_leavesTheStateAsItIs() {
        TrainingLoop loop = loop();
        assumeTrue(TrainingLoopContracts.can(loop, Capability.MASK_TRAJECTORIES));
        Object before = state(loop);
        Batch batch = loop.collect(new StepKey(0, 1, 0));
        Set<Integer> all =
                IntStream.range(0, batch.trajectories().trajectories().size())
                        .boxed()
                        .collect(Collectors.toSet());
        TrainingLoopContracts.updates(loop, loop.mask(batch, all));
        Observation shown = loop.observe();
        assertThat(shown.value(Signals.REWARD_MEAN)).as("a reward of nothing").isEmpty();
        assertThat(state(loop)).isEqualTo(before);
    }

    /** Once an update was computed it is too late. */
    @Test
    default void mask_afterCompute_isRefused() {
        TrainingLoop loop = loop();
        assumeTrue(TrainingLoopContracts.can(loop, Capability.MASK_TRAJECTORIES));
        Batch batch = loop.collect(new StepKey(0, 1, 0));
        loop.compute(batch);
        assertThatThrownBy(() -> loop.mask(batch, Set.of(0)))
                .isInstanceOf(IllegalStateException.class);
    }

    /** A restart leaves state and knobs alone. */
    @Test
    default void restart_betweenSteps_leavesTheState() {
        TrainingLoop loop = loop();
        if (!TrainingLoopContracts.can(loop, Capability.RESTART)) {
            assertThatThrownBy(loop::restart).isInstanceOf(UnsupportedOperationException.class);
            return;
        }
        loop.step(new StepKey(0, 1, 0));
        Object before = state(loop);
        Map<Knob, Double> knobs = loop.knobs();
        loop.restart();
        assertThat(state(loop)).isEqualTo(before);
        assertThat(loop.knobs()).isEqualTo(knobs);
        loop.step(new StepKey(0, 2, 0));
    }

    /** A reset of the optimizer leaves the knobs alone, and the loop able to go on. */
    @Test
    default void resetOptimizer_betweenSteps_goesOn() {
        TrainingLoop loop = loop();
        if (!TrainingLoopContracts.can(loop, Capability.RESET_OPTIMIZER)) {
            assertThatThrownBy(loop::resetOptimizer)
                    .isInstanceOf(UnsupportedOperationException.class);
            return;
        }
        loop.step(new StepKey(0, 1, 0));
        Map<Knob, Double> knobs = loop.knobs();
        loop.resetOptimizer();
        assertThat(loop.knobs()).isEqualTo(knobs);
        loop.step(new StepKey(0, 2, 0));
    }

    /** A new reference leaves the knobs alone; a snapshot from before brings the old one back. */
    @Test
    default void resetReference_betweenSteps_isUndoneByARestore() {
        TrainingLoop loop = loop();
        if (!TrainingLoopContracts.can(loop, Capability.RESET_REFERENCE)) {
            assertThatThrownBy(loop::resetReference)
                    .isInstanceOf(UnsupportedOperationException.class);
            return;
        }
        TrainingLoopContracts.steps(loop, 1, 2);
        boolean kept = TrainingLoopContracts.can(loop, Capability.SNAPSHOT);
        LoopSnapshot snapshot = kept ? loop.snapshot() : null;
        Map<Signal, Double> before = TrainingLoopContracts.shown(loop.step(new StepKey(0, 3, 0)));
        if (snapshot != null) {
            loop.restore(snapshot);
        }
        loop.resetReference();
        loop.step(new StepKey(0, 3, 0));
        if (snapshot != null) {
            loop.restore(snapshot);
            assertThat(TrainingLoopContracts.shown(loop.step(new StepKey(0, 3, 0))))
                    .isEqualTo(before);
            snapshot.close();
        }
    }

    /** Asking what a loop can do changes nothing, and gives nothing to change. */
    @Test
    default void capabilities_asked_changeNothing() {
        TrainingLoop loop = loop();
        Object before = state(loop);
        assertThat(loop.capabilities()).isEqualTo(loop.capabilities());
        assertThat(new TreeMap<>(TrainingLoopContracts.named(loop.knobs())))
                .isEqualTo(new TreeMap<>(TrainingLoopContracts.named(loop.knobs())));
        assertThat(state(loop)).isEqualTo(before);
    }
}
