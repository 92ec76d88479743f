package dev.rft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.rft.api.control.Capability;
import dev.rft.api.control.Knob;
import dev.rft.api.control.LoopSnapshot;
import dev.rft.api.control.SnapshotInput;
import dev.rft.api.control.TrainingLoop;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.StepKey;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The part of {@link TrainingLoopContract} that is about snapshots, in memory and written. */
public interface TrainingLoopSnapshotContract {

    /**
     * Returns a new loop; all are equal, and healthy for ten steps. What a loop holds, the test
     * class frees after each test.
     */
    TrainingLoop loop();

    /**
     * Returns what the loop has learned, comparable by {@code equals}: the weights, with moments
     * and the like where they are at hand. It is not changed by later steps.
     *
     * @param loop a loop that {@link #loop} made
     * @return the state
     */
    Object state(TrainingLoop loop);

    /** A restored state is the state that was copied, and continues as it did, bit for bit. */
    @Test
    default void restore_ofASnapshot_continuesBitForBit() {
        TrainingLoop loop = loop();
        if (!TrainingLoopContracts.can(loop, Capability.SNAPSHOT)) {
            assertThatThrownBy(loop::snapshot).isInstanceOf(UnsupportedOperationException.class);
            return;
        }
        TrainingLoopContracts.steps(loop, 1, 2);
        Object before = state(loop);
        Map<Knob, Double> knobs = loop.knobs();
        try (LoopSnapshot snapshot = loop.snapshot()) {
            assertThat(snapshot.key()).isEqualTo(new StepKey(0, 2, 0));
            assertThat(snapshot.bytes()).isNotNegative();
            List<Map<Signal, Double>> first = TrainingLoopContracts.steps(loop, 3, 5);
            Object after = state(loop);
            // The snapshot stays usable: it is restored twice.
            for (int time = 1; time <= 2; time++) {
                loop.restore(snapshot);
                assertThat(state(loop)).as("restored, time %s", time).isEqualTo(before);
                assertThat(loop.knobs()).isEqualTo(knobs);
                assertThat(TrainingLoopContracts.steps(loop, 3, 5))
                        .as("steps after restore %s", time)
                        .isEqualTo(first);
                assertThat(state(loop)).as("continued, time %s", time).isEqualTo(after);
            }
        }
    }

    /** A restore forgets a step that was begun. */
    @Test
    default void restore_inAnUnfinishedStep_dropsIt() {
        TrainingLoop loop = loop();
        assumeTrue(TrainingLoopContracts.can(loop, Capability.SNAPSHOT));
        loop.step(new StepKey(0, 1, 0));
        try (LoopSnapshot snapshot = loop.snapshot()) {
            loop.compute(loop.collect(new StepKey(0, 2, 0)));
            loop.restore(snapshot);
            assertThatThrownBy(loop::observe).isInstanceOf(IllegalStateException.class);
            loop.step(new StepKey(1, 2, 0));
        }
    }

    /** What another loop made is refused, and changes nothing. */
    @Test
    default void restore_foreignSnapshot_isRefused() {
        TrainingLoop loop = loop();
        assumeTrue(TrainingLoopContracts.can(loop, Capability.SNAPSHOT));
        Object before = state(loop);
        assertThatThrownBy(() -> loop.restore(new TrainingLoopContracts.Foreign()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(state(loop)).isEqualTo(before);
    }

    /** A written state comes back in an equal loop, whatever the first one has done meanwhile. */
    @Test
    default void read_whatAnEqualLoopHasWritten_continuesBitForBit() throws Exception {
        TrainingLoop loop = loop();
        if (!TrainingLoopContracts.can(loop, Capability.PERSIST)) {
            TrainingLoopContracts.refusesToPersist(loop);
            return;
        }
        TrainingLoopContracts.steps(loop, 1, 2);
        Object before = state(loop);
        Map<Knob, Double> knobs = loop.knobs();
        LoopSnapshot snapshot = loop.snapshot();
        List<Map<Signal, Double>> next = TrainingLoopContracts.steps(loop, 3, 5);
        SnapshotInput written = TrainingLoopContracts.written(snapshot);
        snapshot.close();
        TrainingLoop other = loop();
        Object fresh = state(other);
        try (LoopSnapshot read = other.read(written)) {
            assertThat(read.key()).isEqualTo(new StepKey(0, 2, 0));
            assertThat(state(other)).as("state after read").isEqualTo(fresh);
            other.restore(read);
            assertThat(state(other)).as("state after restore").isEqualTo(before);
            assertThat(other.knobs()).isEqualTo(knobs);
            assertThat(TrainingLoopContracts.steps(other, 3, 5)).isEqualTo(next);
            assertThat(state(other)).as("continued").isEqualTo(state(loop));
        }
    }

    /** Files that are missing, or cut off, are refused, and change nothing. */
    @Test
    default void read_damagedFiles_isRefused() throws Exception {
        TrainingLoop loop = loop();
        assumeTrue(TrainingLoopContracts.can(loop, Capability.PERSIST));
        loop.step(new StepKey(0, 1, 0));
        SnapshotInput written;
        try (LoopSnapshot snapshot = loop.snapshot()) {
            written = TrainingLoopContracts.written(snapshot);
        }
        Object before = state(loop);
        for (SnapshotInput damaged : TrainingLoopContracts.damaged(written)) {
            assertThatThrownBy(() -> loop.read(damaged))
                    .as("%s of %s", damaged.files(), written.files())
                    .isInstanceOf(IOException.class);
        }
        assertThat(state(loop)).isEqualTo(before);
        loop.step(new StepKey(0, 2, 0));
    }

    /** Closing a snapshot twice does no harm. */
    @Test
    default void close_snapshotTwice_doesNothing() {
        TrainingLoop loop = loop();
        assumeTrue(TrainingLoopContracts.can(loop, Capability.SNAPSHOT));
        LoopSnapshot snapshot = loop.snapshot();
        snapshot.close();
        snapshot.close();
        loop.step(new StepKey(0, 1, 0));
    }
}
