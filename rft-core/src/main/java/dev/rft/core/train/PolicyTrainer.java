package dev.rft.core.train;

import ai.djl.pytorch.jni.JniUtils;
import dev.rft.api.control.Batch;
import dev.rft.api.control.Capability;
import dev.rft.api.control.Knob;
import dev.rft.api.control.LoopSnapshot;
import dev.rft.api.control.Proposal;
import dev.rft.api.control.SnapshotInput;
import dev.rft.api.control.TrainingLoop;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.api.signal.StepRecord;
import dev.rft.core.optim.AdaptiveClip;
import dev.rft.core.policy.PolicyObjective;
import dev.rft.core.policy.TokenAdvantages;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Policy optimization from sampled groups of responses: GRPO and its relatives. The loop does not
 * know the algorithm: which one it is follows from the {@link TokenAdvantages} and the {@link
 * PolicyObjective} that it is given. To an objective that imitates correct responses, those are
 * correct whose reward is above 0.
 *
 * <p>A step samples a group of responses per prompt and scores them (how, says the {@link
 * CollectPlan}), turns rewards into advantages, computes the loss and its gradient, and updates the
 * weights. With one update per batch the policy that the update starts from is the policy that
 * sampled, and its log-probabilities are those of the update's own forward pass (ratio 1); with
 * several they are computed once before the first. After the last update one more forward pass
 * measures how far the policy moved. With a {@link Critic} it is PPO: values are estimated before
 * the first update, and each update is one of the policy and one of the critic, which are made or
 * discarded together.
 *
 * <p>Not safe for use by several threads. Only one gradient may be under computation in a process
 * at a time: a limit of the engine.
 */
public final class PolicyTrainer implements TrainingLoop, AutoCloseable {

    /** Weight of the entropy bonus; of a trainer whose objective has one at first. */
    public static final Knob ENTROPY_COEFFICIENT = Knob.ENTROPY_COEFFICIENT;

    /** Learning rate of the critic; of a trainer that has one. */
    public static final Knob CRITIC_LEARNING_RATE =
            new Knob("critic_learning_rate", 0, Double.MAX_VALUE);

    private final PolicyTrainerParts parts;
    private final PolicyTrainerConfig config;
    private final String runId;
    private final LongSupplier nanoTime;
    private final Collector collector;
    private final Passes passes;
    private final BatchMeasurement measurement;
    private final TrainerKnobs knobs;
    private final Learner policy;
    private final @Nullable CriticLearner critic;
    private final @Nullable ReferencePolicy reference;
    private final TrainerState state;
    private RewardFunction rewards;
    private StepKey completed = StepKey.START;
    private @Nullable TrainerBatch batch;
    private @Nullable Update pending;

    /**
     * Makes a trainer.
     *
     * @param parts what it is made of; borrowed
     * @param config its numbers
     * @param runId names the run in its observations
     * @param nanoTime a clock in nanoseconds, for the duration of a step only: {@code
     *     System::nanoTime}
     */
    public PolicyTrainer(
            PolicyTrainerParts parts,
            PolicyTrainerConfig config,
            String runId,
            LongSupplier nanoTime) {
        this.parts = Objects.requireNonNull(parts, "parts");
        this.config = Objects.requireNonNull(config, "config");
        this.runId = Objects.requireNonNull(runId, "runId");
        this.nanoTime = Objects.requireNonNull(nanoTime, "nanoTime");
        config.control().check(parts);
        this.collector = new Collector(parts, config);
        this.passes = new Passes(config.microBatch());
        this.measurement = new BatchMeasurement(parts, config.control(), passes);
        this.knobs = new TrainerKnobs(parts, config);
        AdaptiveClip.Config clip = config.control().adaptiveClip();
        this.policy =
                new Learner(
                        parts.model().parameters(),
                        parts.optimizer(),
                        config.maxGradNorm(),
                        clip == null ? null : new AdaptiveClip(clip));
        this.critic = CriticLearner.of(parts.critic());
        this.reference = ReferencePolicy.of(parts.reference());
        if (config.control().resetEvery() > 0) {
            checkedReference();
        }
        this.state =
                new TrainerState(
                        policy,
                        critic == null ? null : critic.learner(),
                        reference,
                        parts.prompts());
        this.rewards = parts.rewards().get();
    }

    @Override
    public Batch collect(StepKey key) {
        abandonStep();
        long started = nanoTime.getAsLong();
        ScoredRollout scored = collector.collect(key, knobs.temperature(), rewards);
        TrainerBatch next = batchOf(key, scored, started);
        batch = next;
        return next;
    }

    @Override
    public Batch mask(Batch given, Set<Integer> trajectories) {
        TrainerBatch current = current(given);
        if (pending != null || current.updatesComputed() > 0) {
            throw new IllegalStateException("mask: an update of the batch was computed already");
        }
        TrainerBatch masked =
                batchOf(current.key(), current.scored().without(trajectories), current.started());
        current.close();
        batch = masked;
        return masked;
    }

    private TrainerBatch batchOf(StepKey key, ScoredRollout scored, long started) {
        return new TrainerBatch(
                parts.model().manager(), key, scored, config.updatesPerBatch(), started);
    }

    @Override
    public Proposal compute(Batch given) {
        TrainerBatch current = current(given);
        if (pending != null) {
            throw new IllegalStateException(
                    "compute: the update before must be applied or discarded first");
        }
        if (current.updatesApplied() >= current.updates()) {
            throw new IllegalStateException(
                    "compute: the batch carries "
                            + current.updates()
                            + " updates, all of them were applied");
        }
        if (current.empty()) {
            Update nothing = Update.nothing();
            pending = nothing;
            return nothing;
        }
        JniUtils.setGradMode(false);
        try {
            if (current.updatesComputed() == 0) {
                measurement.measure(current, knobs);
            }
            double loss =
                    passes.backward(parts.model(), knobs.objective(), current, knobs.temperature());
            Update update = Update.of(loss, policy.gradientNorm());
            if (critic != null) {
                double valueLoss = critic.backward(passes, current);
                update = update.withCritic(valueLoss, critic.learner().gradientNorm());
            }
            current.computed(update);
            pending = update;
            return update;
        } catch (RuntimeException | Error e) {
            zeroGradients();
            throw e;
        }
    }

    @Override
    public void apply(Proposal proposal) {
        Update update = take(proposal);
        if (!update.finite()) {
            zeroGradients();
            throw new IllegalArgumentException(
                    "update: must be finite to be applied, was " + update.values());
        }
        TrainerBatch current = current(batch);
        if (update.isEmpty()) {
            return;
        }
        JniUtils.setGradMode(false);
        try {
            long step = current.key().step();
            double rate = knobs.learningRate(step);
            double criticRate = critic == null ? 0 : knobs.criticLearningRate(step);
            current.applied(policy.apply(update.gradientNorm(), rate));
            if (critic != null) {
                critic.learner().apply(update.criticGradientNorm(), criticRate);
            }
        } finally {
            zeroGradients();
        }
    }

    @Override
    public void discard(Proposal proposal) {
        take(proposal);
        zeroGradients();
    }

    @Override
    public Observation observe() {
        TrainerBatch current = current(batch);
        JniUtils.setGradMode(false);
        if (current.updatesApplied() > 0) {
            current.measuredAfter(passes.logProbs(parts.model(), current, knobs.temperature()));
        }
        Map<Signal, Double> values = StepMetrics.of(current, knobs.objective());
        Map<Signal, Integer> counts = StepMetrics.counts(current);
        long step = current.key().step();
        values.put(Signals.LEARNING_RATE, knobs.learningRate(step));
        Evaluation evaluation = parts.evaluation();
        if (evaluation != null
                && config.evaluateEvery() > 0
                && step % config.evaluateEvery() == 0) {
            values.put(Signals.HELDOUT_ACCURACY, evaluation.accuracy(parts.model()));
            counts.put(Signals.HELDOUT_ACCURACY, evaluation.size());
        }
        values.put(Signals.STEP_SECONDS, (nanoTime.getAsLong() - current.started()) * 1e-9);
        Observation observation =
                new Observation(
                        new StepRecord(runId, current.key(), values, counts),
                        Optional.of(current.judged()));
        current.scored().drawn().outcomes().forEach(parts.prompts()::learn);
        completed = current.key();
        int sequences = current.sequences();
        abandonStep();
        steer(step, values, sequences);
        return observation;
    }

    @Override
    public Set<Capability> capabilities() {
        EnumSet<Capability> able =
                EnumSet.of(
                        Capability.GATE_UPDATE,
                        Capability.MASK_TRAJECTORIES,
                        Capability.SNAPSHOT,
                        Capability.PERSIST,
                        Capability.RESTART,
                        Capability.RESET_OPTIMIZER);
        if (reference != null && reference.fits(policy.parameters())) {
            able.add(Capability.RESET_REFERENCE);
        }
        return able;
    }

    @Override
    public Map<Knob, Double> knobs() {
        return knobs.values();
    }

    @Override
    public void setKnob(Knob knob, double value) {
        knobs.set(knob, value);
    }

    @Override
    public LoopSnapshot snapshot() {
        return new TrainerSnapshot(
                parts.model().manager(),
                completed,
                knobs.values(),
                parts.prompts().state(),
                state.numbers(),
                state.tensors(),
                reference == null ? null : reference.first());
    }

    @Override
    public LoopSnapshot read(SnapshotInput in) throws IOException {
        TrainerFile.Header header =
                TrainerFile.read(in, knobs.values().keySet(), state.numbers().keySet());
        return TrainerTensors.read(in, header, parts.model().manager(), state.learned(), reference);
    }

    @Override
    public void restore(LoopSnapshot snapshot) {
        if (!(snapshot instanceof TrainerSnapshot saved)) {
            throw new IllegalArgumentException(
                    "snapshot: must be one of a PolicyTrainer, was "
                            + snapshot.getClass().getName());
        }
        abandonStep();
        knobs.check(saved.knobs());
        state.restore(saved);
        saved.knobs().forEach(knobs::set);
        completed = saved.key();
    }

    @Override
    public void restart() {
        abandonStep();
        rewards = parts.rewards().get();
    }

    @Override
    public void resetOptimizer() {
        policy.resetOptimizer();
        if (critic != null) {
            critic.learner().resetOptimizer();
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>The policy's weights are written into the reference that the trainer was given.
     */
    @Override
    public void resetReference() {
        checkedReference().resetTo(policy.parameters());
    }

    /**
     * Frees what an unfinished step holds, and the reference's first weights, when they were kept.
     * The parts stay: they are borrowed.
     */
    @Override
    public void close() {
        abandonStep();
        if (reference != null) {
            reference.close();
        }
    }

    /** What changes between two steps: it acts from the next step on. */
    private void steer(long step, Map<Signal, Double> values, int sequences) {
        knobs.observe(values.get(Signals.KL_REFERENCE), sequences);
        int period = config.control().resetEvery();
        if (period > 0 && step % period == 0) {
            resetReference();
            resetOptimizer();
        }
    }

    private ReferencePolicy checkedReference() {
        if (reference == null) {
            throw new UnsupportedOperationException("this loop has no reference to reset");
        }
        if (!reference.fits(policy.parameters())) {
            throw new UnsupportedOperationException(
                    "the reference has other parameters than the policy and cannot take its weights");
        }
        return reference;
    }

    private TrainerBatch current(@Nullable Batch given) {
        TrainerBatch current = batch;
        if (current == null || given != current) {
            throw new IllegalStateException(
                    "batch: must be the one of the last collect, whose step is not over");
        }
        return current;
    }

    private Update take(Proposal proposal) {
        Update update = pending;
        if (update == null || proposal != update) {
            throw new IllegalStateException("update: must be the one of the last compute");
        }
        pending = null;
        return update;
    }

    private void zeroGradients() {
        policy.zeroGradients();
        if (critic != null) {
            critic.learner().zeroGradients();
        }
    }

    private void abandonStep() {
        if (pending != null) {
            pending = null;
            zeroGradients();
        }
        TrainerBatch current = batch;
        batch = null;
        if (current != null) {
            current.close();
        }
    }
}
