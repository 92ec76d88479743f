package dev.rft.faultbench.fault;

import ai.djl.ndarray.NDArray;
import dev.rft.core.model.PolicyModel;
import dev.rft.core.optim.Optimizer;
import dev.rft.core.policy.TokenAdvantages;
import dev.rft.core.rollout.LogitsProcessor;
import dev.rft.core.rollout.Tokenizer;
import dev.rft.core.train.EnvironmentSource;
import dev.rft.core.train.RewardFunction;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/**
 * Puts faults into the parts of one training process: reward, sampler, update, environment. It is
 * told when a step begins and when the loop is restarted, by {@link FaultyLoop}; whether a fault is
 * active follows from how many steps were executed, not from the step's number. A part that no
 * fault of the run concerns stays as it is.
 */
public final class FaultInjector {

    private static final Set<Fault> SAMPLING =
            EnumSet.of(
                    Fault.EMPTY_RESPONSE,
                    Fault.SHORT_RESPONSE,
                    Fault.LONG_RESPONSE,
                    Fault.REPETITION,
                    Fault.COLD_SAMPLER);

    private final SplittableRandom random;
    private final List<Strike> strikes;
    private Runnable stuck = FaultInjector::untilInterrupted;

    /**
     * Makes an injector.
     *
     * @param injections the faults, none or several
     * @param seed which responses are struck follows from it
     */
    public FaultInjector(List<Injection> injections, long seed) {
        this.random = new SplittableRandom(seed);
        this.strikes = injections.stream().map(injection -> new Strike(injection, random)).toList();
    }

    /**
     * Makes an injector of one fault, easily seen, that lasts until it is cured.
     *
     * @param fault the fault
     * @param onset the fault is active from the executed step of this number on, counted from 1
     * @param seed which responses are struck follows from it
     */
    public FaultInjector(Fault fault, long onset, long seed) {
        this(List.of(Injection.of(fault, onset)), seed);
    }

    /**
     * Says what a step does that cannot come to its end.
     *
     * @param chosen throws when the step is given up, as {@link #untilInterrupted} does, which is
     *     called unless this is set
     * @return this
     */
    public FaultInjector stuckBy(Runnable chosen) {
        stuck = Objects.requireNonNull(chosen, "chosen");
        return this;
    }

    /** Does nothing, for as long as the thread is not interrupted; then it throws. */
    public static void untilInterrupted() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("the step was interrupted", e);
        }
    }

    /**
     * Puts the faults into a verifier.
     *
     * @param verifier the honest verifier
     * @param surfaceFeature a character that it may begin to pay for
     * @return one that is honest while no fault is active
     */
    public RewardFunction into(RewardFunction verifier, char surfaceFeature) {
        TamperedReward tampered = new TamperedReward(strikes, surfaceFeature);
        return (prompt, response) -> {
            if (tampered.away()) {
                throw new RewardFunction.InfrastructureException(
                        "the verifier cannot be reached", new IllegalStateException("no answer"));
            }
            return tampered.of(verifier.score(prompt, response), response);
        };
    }

    /**
     * Puts the faults into environments.
     *
     * @param environments makes honest ones
     * @param surfaceFeature a character that their rewards may begin to pay for
     * @return makes ones that are honest while no fault is active
     */
    public EnvironmentSource intoEnvironments(EnvironmentSource environments, char surfaceFeature) {
        TamperedReward tampered = new TamperedReward(strikes, surfaceFeature);
        return (prompt, own) ->
                new TamperedEnvironment(environments.begin(prompt, own), strikes, tampered, random);
    }

    /**
     * Puts the faults into advantages.
     *
     * @param advantages the honest ones
     * @return ones that are honest while no fault is active
     */
    public TokenAdvantages into(TokenAdvantages advantages) {
        return has(Fault.ADVANTAGE_NOISE, Fault.DELAYED_CREDIT, Fault.VALUE_MISMATCH)
                ? new TamperedAdvantages(advantages, strikes, random)
                : advantages;
    }

    /**
     * Puts the faults into an optimizer.
     *
     * @param optimizer the honest optimizer; borrowed, and closed with the result
     * @return one that is honest while no fault is active
     */
    public Optimizer into(Optimizer optimizer) {
        return has(Fault.LR_SPIKE, Fault.UPDATE_FREEZE, Fault.ENTROPY_COLLAPSE)
                ? new TamperedOptimizer(
                        optimizer,
                        () -> product(EnumSet.of(Fault.LR_SPIKE, Fault.UPDATE_FREEZE)),
                        () -> product(EnumSet.of(Fault.ENTROPY_COLLAPSE)))
                : optimizer;
    }

    /**
     * Puts the faults into a model.
     *
     * @param model the honest model; borrowed, and closed with the result
     * @param another makes a second model of the same shape, for a sampler of its own
     * @return one that is honest while no fault is active
     */
    public PolicyModel into(PolicyModel model, Supplier<PolicyModel> another) {
        PolicyModel result = model;
        for (Strike strike : strikes) {
            if (strike.fault() == Fault.NAN_GRADIENT) {
                result = new BrokenBackward(result, strike::active);
            } else if (strike.fault() == Fault.STALE_SAMPLER) {
                result = new StaleSampler(result, another.get(), strike);
            }
        }
        return result;
    }

    /**
     * Returns the faults of the sampler.
     *
     * @param tokenizer the policy's tokenizer
     * @return what changes the logits while a fault is active
     */
    public LogitsProcessor sampling(Tokenizer tokenizer) {
        return strikes.stream().anyMatch(strike -> SAMPLING.contains(strike.fault()))
                ? new TamperedSampling(strikes, tokenizer, random)
                : LogitsProcessor.NONE;
    }

    /**
     * Lets time pass in which no step is executed. For faults that end with time a second counts as
     * a step; others do not notice.
     *
     * @param seconds how long, at least 0
     */
    public void waits(long seconds) {
        strikes.forEach(strike -> strike.waits(seconds));
    }

    /** Returns whether a fault is active in the present step. */
    public boolean active() {
        return strikes.stream().anyMatch(Strike::active);
    }

    void stepBegins() {
        strikes.forEach(Strike::stepBegins);
        if (strikes.stream().anyMatch(strike -> strike.fault().endsTheRun() && strike.active())) {
            stuck.run();
        }
    }

    void restarted() {
        strikes.forEach(Strike::restarted);
    }

    /** Adds nothing to the logits, by way of a function whose slope there is infinite. */
    static NDArray withNanGradient(NDArray logits) {
        return logits.add(logits.mul(0).sqrt());
    }

    private boolean has(Fault... faults) {
        List<Fault> any = List.of(faults);
        return strikes.stream().anyMatch(strike -> any.contains(strike.fault()));
    }

    private double product(Set<Fault> faults) {
        return strikes.stream()
                .filter(strike -> faults.contains(strike.fault()) && strike.active())
                .mapToDouble(Strike::magnitude)
                .reduce(1, (a, b) -> a * b);
    }
}
