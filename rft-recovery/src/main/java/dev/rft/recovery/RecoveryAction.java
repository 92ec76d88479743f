package dev.rft.recovery;

import dev.rft.api.control.Capability;
import dev.rft.api.control.Knob;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/** What is done about an incident, at a step boundary. The lightest that may help comes first. */
public sealed interface RecoveryAction {

    /** Nothing: go on and watch. */
    record Continue() implements RecoveryAction {}

    /** The step's update was not made; go on with the next batch. */
    record SkipStep() implements RecoveryAction {}

    /**
     * The trajectories that an infrastructure failure spoiled were kept from the step's updates; go
     * on with what is left.
     */
    record MaskTrajectories() implements RecoveryAction {}

    /**
     * Builds the loop's workers, verifiers and environments anew and keeps its state: weights,
     * optimizer and knobs stay as they are, and no step is lost. What may be done on a suspicion
     * where the cause lies outside of the weights. Each further restart of an incident waits twice
     * as long as the one before ({@link RecoveryConfig.Restarts}).
     */
    record RestartInPlace() implements RecoveryAction {}

    /**
     * Turns the learning rate down or up. Undone when it does not help.
     *
     * @param factor what it is multiplied by, above 0
     */
    record ScaleLearningRate(double factor) implements RecoveryAction {
        /** Checks the factor. */
        public ScaleLearningRate {
            checkFactor(factor);
        }
    }

    /**
     * Turns a knob. Undone when it does not help.
     *
     * @param knob the knob
     * @param value its new value, within the knob's bounds
     */
    record SetKnob(Knob knob, double value) implements RecoveryAction {
        /** Checks the value against the knob. */
        public SetKnob {
            Objects.requireNonNull(knob, "knob").check(value);
        }
    }

    /**
     * Brings back the newest good snapshot before the onset, under changed conditions: a new
     * attempt draws other batches, and the learning rate may differ.
     *
     * @param onset the snapshot is of a step before this one
     * @param learningRateFactor what the snapshot's learning rate is multiplied by, above 0; 1
     *     leaves it. Factors of earlier attempts of the same incident do not add up: a snapshot
     *     from before the onset holds the learning rate from before all of them. Without a learning
     *     rate to turn the factor means nothing
     */
    record Rollback(long onset, double learningRateFactor) implements RecoveryAction {
        /** Checks the factor. */
        public Rollback {
            checkFactor(learningRateFactor);
        }
    }

    /**
     * Forgets the optimizer's moments, which may carry the damage on; the newest good snapshot
     * before the incident's onset is brought back first, where there is one, at the learning rate
     * of the incident's last rollback: forgetting the moments makes the first updates larger, which
     * is no time to turn the learning rate up again.
     */
    record ResetOptimizer() implements RecoveryAction {}

    /**
     * Makes the present policy the reference that its divergence is measured against (ProRL, arXiv
     * 2505.24864): where the KL term holds the policy fast, it may move again. A snapshot from
     * before brings the old reference back.
     */
    record ResetReference() implements RecoveryAction {}

    /**
     * Builds the loop's workers, verifiers and environments anew, and brings back the newest good
     * snapshot before the onset. Each further one of an incident waits twice as long as the one
     * before ({@link RecoveryConfig.Restarts}).
     *
     * @param onset the snapshot is of a step before this one
     */
    record Restart(long onset) implements RecoveryAction {}

    /**
     * Waits for what the run stands on to come back, then tries the next step.
     *
     * @param atMost how long, above 0; a probe that says that all is well ends the pause earlier,
     *     and jitter may shorten it by up to a fifth, so that runs that were struck together do not
     *     come back together
     */
    record Pause(Duration atMost) implements RecoveryAction {
        /** Checks the time. */
        public Pause {
            if (Objects.requireNonNull(atMost, "atMost").isNegative() || atMost.isZero()) {
                throw new IllegalArgumentException("pause: must be above 0, was " + atMost);
            }
        }
    }

    /**
     * Stops the run with the last good state.
     *
     * @param reason why, for a person
     */
    record Halt(String reason) implements RecoveryAction {
        /** Checks that the reason is there. */
        public Halt {
            Objects.requireNonNull(reason, "reason");
        }
    }

    /** Tells whether it gives the learning rate another value than the loop had given it. */
    default boolean turnsLearningRate() {
        return this instanceof ScaleLearningRate
                || (this instanceof SetKnob set && set.knob().equals(Knob.LEARNING_RATE))
                || (this instanceof Rollback back && back.learningRateFactor() != 1);
    }

    /** Returns the name that journals and reports use: the record's name. */
    default String name() {
        return getClass().getSimpleName();
    }

    /** Tells whether it builds workers, verifiers and environments anew. */
    default boolean restarts() {
        return this instanceof Restart || this instanceof RestartInPlace;
    }

    /**
     * Tells whether it throws away progress or state, so that it needs two evidence classes or one
     * invariant.
     */
    default boolean destructive() {
        return this instanceof Rollback
                || this instanceof ResetOptimizer
                || this instanceof ResetReference
                || this instanceof Restart;
    }

    /**
     * Tells whether it leaves the loop as it is, so that a few steps show whether it helped: a
     * skip, masked trajectories, a pause.
     */
    default boolean leavesLoopAsItIs() {
        return this instanceof SkipStep
                || this instanceof MaskTrajectories
                || this instanceof Pause;
    }

    /** Returns what the learning rate is multiplied by; 1 for actions that leave it. */
    default double learningRateChange() {
        if (this instanceof ScaleLearningRate scale) {
            return scale.factor();
        }
        return this instanceof Rollback rollback ? rollback.learningRateFactor() : 1;
    }

    /** Returns what a loop must be able to do for it. */
    default Set<Capability> needs() {
        return match(
                go -> EnumSet.noneOf(Capability.class),
                skip -> EnumSet.of(Capability.GATE_UPDATE),
                mask -> EnumSet.of(Capability.MASK_TRAJECTORIES),
                inPlace -> EnumSet.of(Capability.RESTART),
                scale -> EnumSet.noneOf(Capability.class),
                set -> EnumSet.noneOf(Capability.class),
                rollback -> EnumSet.of(Capability.SNAPSHOT),
                reset -> EnumSet.of(Capability.RESET_OPTIMIZER),
                reference -> EnumSet.of(Capability.RESET_REFERENCE),
                restart -> EnumSet.of(Capability.RESTART),
                pause -> EnumSet.noneOf(Capability.class),
                halt -> EnumSet.noneOf(Capability.class));
    }

    /**
     * Applies the function of this action's case.
     *
     * @param onContinue for {@link Continue}
     * @param onSkip for {@link SkipStep}
     * @param onMask for {@link MaskTrajectories}
     * @param onRestartInPlace for {@link RestartInPlace}
     * @param onScale for {@link ScaleLearningRate}
     * @param onSet for {@link SetKnob}
     * @param onRollback for {@link Rollback}
     * @param onReset for {@link ResetOptimizer}
     * @param onResetReference for {@link ResetReference}
     * @param onRestart for {@link Restart}
     * @param onPause for {@link Pause}
     * @param onHalt for {@link Halt}
     * @param <T> what the functions return
     * @return what the function of the case returns
     */
    default <T> T match(
            Function<Continue, T> onContinue,
            Function<SkipStep, T> onSkip,
            Function<MaskTrajectories, T> onMask,
            Function<RestartInPlace, T> onRestartInPlace,
            Function<ScaleLearningRate, T> onScale,
            Function<SetKnob, T> onSet,
            Function<Rollback, T> onRollback,
            Function<ResetOptimizer, T> onReset,
            Function<ResetReference, T> onResetReference,
            Function<Restart, T> onRestart,
            Function<Pause, T> onPause,
            Function<Halt, T> onHalt) {
        if (this instanceof Continue action) {
            return onContinue.apply(action);
        }
        if (this instanceof SkipStep action) {
            return onSkip.apply(action);
        }
        if (this instanceof MaskTrajectories action) {
            return onMask.apply(action);
        }
        if (this instanceof RestartInPlace action) {
            return onRestartInPlace.apply(action);
        }
        if (this instanceof ScaleLearningRate action) {
            return onScale.apply(action);
        }
        if (this instanceof SetKnob action) {
            return onSet.apply(action);
        }
        if (this instanceof Rollback action) {
            return onRollback.apply(action);
        }
        if (this instanceof ResetOptimizer action) {
            return onReset.apply(action);
        }
        if (this instanceof ResetReference action) {
            return onResetReference.apply(action);
        }
        if (this instanceof Restart action) {
            return onRestart.apply(action);
        }
        if (this instanceof Pause action) {
            return onPause.apply(action);
        }
        return onHalt.apply((Halt) this);
    }

    private static void checkFactor(double factor) {
        if (!(factor > 0 && Double.isFinite(factor))) {
            throw new IllegalArgumentException(
                    "learning rate factor: must be > 0 and finite, was " + factor);
        }
    }
}
