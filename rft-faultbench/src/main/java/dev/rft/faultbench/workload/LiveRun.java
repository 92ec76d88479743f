package dev.rft.faultbench.workload;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.rft.api.control.TrainingLoop;
import dev.rft.api.signal.StepKey;
import dev.rft.core.model.PolicyModel;
import dev.rft.core.model.ValueModel;
import dev.rft.core.model.ValueTransformer;
import dev.rft.core.optim.AdamW;
import dev.rft.core.optim.Optimizer;
import dev.rft.core.policy.Advantages;
import dev.rft.core.policy.Aggregation;
import dev.rft.core.policy.KlEstimator;
import dev.rft.core.policy.PolicyObjective;
import dev.rft.core.policy.TokenAdvantages;
import dev.rft.core.rollout.LogitsProcessor;
import dev.rft.core.rollout.Sampling;
import dev.rft.core.train.CollectPlan;
import dev.rft.core.train.Critic;
import dev.rft.core.train.Evaluation;
import dev.rft.core.train.PolicyTrainer;
import dev.rft.core.train.PolicyTrainerConfig;
import dev.rft.core.train.PolicyTrainerParts;
import dev.rft.core.train.Prompt;
import dev.rft.core.train.Randomness;
import dev.rft.core.train.RewardFunction;
import dev.rft.core.train.RolloutSource;
import dev.rft.faultbench.fault.FaultInjector;
import dev.rft.faultbench.fault.FaultyLoop;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SortedMap;

/** One training of a tiny transformer on a workload, with faults in its parts. Owns its tensors. */
public final class LiveRun implements AutoCloseable {

    private static final int GROUP = 8;
    private static final int TURNS = 3;
    private static final double CRITIC_LEARNING_RATE = 1e-3;
    private static final double LAMBDA = 0.95;
    private static final double KL_COEFFICIENT = 0.01;

    private final NDManager manager;
    private final Task task;
    private final PolicyModel model;
    private final PolicyTrainer trainer;
    private final TrainingLoop loop;

    /**
     * Makes a run that has not begun.
     *
     * @param parent its sub-manager owns the run's tensors
     * @param workload the task and the algorithm
     * @param warmStart the weights it begins with; also the frozen reference
     * @param setting what may differ between two runs
     * @param injector the faults
     * @param name names the run in its observations
     */
    public LiveRun(
            NDManager parent,
            Workload workload,
            WarmStart warmStart,
            Setting setting,
            FaultInjector injector,
            String name) {
        task = workload.task();
        manager = parent.newSubManager();
        model = warmStart.model(manager);
        TokenAdvantages advantages =
                workload.critic() ? TokenAdvantages.gae(1, LAMBDA).whitened() : Advantages.grpo();
        PolicyTrainerParts parts =
                new PolicyTrainerParts(
                                injector.into(model, () -> warmStart.model(manager)),
                                warmStart.model(manager),
                                task.tokenizer(),
                                setting.prompts(),
                                () -> verifier(injector),
                                injector.into(advantages),
                                PolicyObjective.clipped(0.2, 0.2)
                                        .aggregatedBy(Aggregation.SEQUENCE_MEAN_TOKEN_MEAN)
                                        .withKl(KlEstimator.K3, KL_COEFFICIENT),
                                injector.into(optimizer(model.parameters())),
                                evaluation(task.heldOut()))
                        .collectingBy(CollectPlan.plain().from(rollouts(injector)));
        if (workload.critic()) {
            parts = parts.withCritic(critic(warmStart, setting.seed()));
        }
        trainer =
                new PolicyTrainer(
                        parts, config(setting, workload.learningRate()), name, System::nanoTime);
        loop = new FaultyLoop(trainer, injector);
    }

    /** Returns the loop. */
    public TrainingLoop loop() {
        return loop;
    }

    /** Returns the trainer alone, which tells the injector nothing: for who wraps it further. */
    public TrainingLoop trainer() {
        return trainer;
    }

    /** Returns greedy accuracy on the held-out prompts now, in [0, 1]. It changes nothing. */
    public double accuracy() {
        return evaluation(task.heldOut()).accuracy(model);
    }

    /** Returns which held-out prompts are answered correctly now, by their place in the list. */
    public BitSet right() {
        double[] scores = evaluation(task.heldOut()).scores(model);
        BitSet right = new BitSet(scores.length);
        for (int i = 0; i < scores.length; i++) {
            right.set(i, scores[i] == 1);
        }
        return right;
    }

    /** Returns how many held-out prompts there are. */
    public int items() {
        return task.heldOut().size();
    }

    /**
     * Returns the same as {@link #accuracy} on prompts from outside the training distribution;
     * empty without any.
     */
    public OptionalDouble accuracyOutside() {
        return task.outOfDistribution().isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(evaluation(task.outOfDistribution()).accuracy(model));
    }

    /** Returns the policy; borrowed. */
    public PolicyModel model() {
        return model;
    }

    @Override
    public void close() {
        trainer.close();
        manager.close();
    }

    private Optimizer optimizer(SortedMap<String, NDArray> parameters) {
        return new AdamW(manager, parameters, AdamW.Config.defaults());
    }

    private Critic critic(WarmStart warmStart, long seed) {
        ValueModel values =
                new ValueTransformer(
                        manager,
                        warmStart.config(),
                        new Randomness(seed).of(Randomness.Purpose.WEIGHTS, StepKey.START));
        return new Critic(values, optimizer(values.parameters()), CRITIC_LEARNING_RATE);
    }

    /** Where environments give the reward, faults of it strike there, and once. */
    private RewardFunction verifier(FaultInjector injector) {
        return task.environment().isPresent()
                ? task.verifier()
                : injector.into(task.verifier(), task.surfaceFeature());
    }

    private RolloutSource rollouts(FaultInjector injector) {
        RolloutSource honest =
                task.environment()
                        .map(
                                environments ->
                                        RolloutSource.multiTurn(
                                                injector.intoEnvironments(
                                                        environments, task.surfaceFeature()),
                                                TURNS))
                        .orElseGet(RolloutSource::sampler);
        LogitsProcessor tampered = injector.sampling(task.tokenizer());
        return tampered.equals(LogitsProcessor.NONE) ? honest : honest.processedBy(tampered);
    }

    /** No fault reaches what accuracy is measured with. */
    private Evaluation evaluation(List<Prompt> prompts) {
        RolloutSource honest =
                task.environment()
                        .map(environments -> RolloutSource.multiTurn(environments, TURNS))
                        .orElseGet(RolloutSource::sampler);
        return new Evaluation(task.tokenizer(), prompts, task.verifier(), honest, sampling());
    }

    private Sampling sampling() {
        Sampling sampling = new Sampling(task.maxTokens(), 1);
        for (String stop : task.stops()) {
            sampling = sampling.withStop(task.tokenizer().encode(stop));
        }
        return sampling;
    }

    private PolicyTrainerConfig config(Setting setting, double learningRate) {
        return new PolicyTrainerConfig(
                setting.seed(),
                setting.promptsPerStep(),
                GROUP,
                1,
                sampling(),
                learningRate,
                1,
                setting.evaluateEvery());
    }
}
