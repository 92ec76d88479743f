package dev.rft.faultbench.fault;

import ai.djl.ndarray.NDArray;
import dev.rft.core.model.PolicyModel;
import dev.rft.core.optim.Optimizer;
import dev.rft.core.train.RewardFunction;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * Puts one fault into the parts of one training process. It is told when a step begins and when the
 * loop is restarted, by {@link FaultyLoop}; whether it is active follows from how many steps were
 * executed, not from the step's number.
 */
public final class FaultInjector {

    private static final double LEARNING_RATE_FACTOR = 30;
    private static final double INFLATION = 2;

    private final Fault fault;
    private final long onset;
    private final SplittableRandom random;
    private long executed;
    private boolean cured;

    /**
     * Makes an injector.
     *
     * @param fault the fault
     * @param onset the fault is active from the executed step of this number on, counted from 1
     * @param seed which responses are struck follows from it
     */
    public FaultInjector(Fault fault, long onset, long seed) {
        this.fault = Objects.requireNonNull(fault, "fault");
        this.onset = onset;
        this.random = new SplittableRandom(seed);
        if (onset < 1) {
            throw new IllegalArgumentException("onset: must be >= 1, was " + onset);
        }
    }

    /**
     * Puts the fault into a verifier.
     *
     * @param verifier the honest verifier
     * @return one that is honest while the fault is not active
     */
    public RewardFunction into(RewardFunction verifier) {
        return switch (fault) {
            case REWARD_ZERO ->
                    (prompt, response) -> active() ? 0 : verifier.score(prompt, response);
            case REWARD_INFLATED ->
                    (prompt, response) -> {
                        double honest = verifier.score(prompt, response);
                        return active() && random.nextBoolean() ? honest + INFLATION : honest;
                    };
            default -> verifier;
        };
    }

    /**
     * Puts the fault into an optimizer.
     *
     * @param optimizer the honest optimizer; borrowed, and closed with the result
     * @return one that is honest while the fault is not active
     */
    public Optimizer into(Optimizer optimizer) {
        return fault == Fault.LR_SPIKE
                ? new SpikedOptimizer(optimizer, () -> active() ? LEARNING_RATE_FACTOR : 1)
                : optimizer;
    }

    /**
     * Puts the fault into a model.
     *
     * @param model the honest model; borrowed, and closed with the result
     * @return one that is honest while the fault is not active
     */
    public PolicyModel into(PolicyModel model) {
        return fault == Fault.NAN_GRADIENT ? new BrokenBackward(model, this::active) : model;
    }

    /** Returns whether the fault is active in the present step. */
    public boolean active() {
        return fault != Fault.NONE && !cured && executed >= onset;
    }

    void stepBegins() {
        executed++;
    }

    void restarted() {
        if (active() && fault != Fault.LR_SPIKE) {
            cured = true;
        }
    }

    /** Adds nothing to the logits, by way of a function whose slope there is infinite. */
    static NDArray withNanGradient(NDArray logits) {
        return logits.add(logits.mul(0).sqrt());
    }
}
