package dev.rft.faultbench.fault;

import dev.rft.monitor.diagnose.Cause;
import java.util.Arrays;
import java.util.Optional;

/**
 * A fault, with its strengths and its cure as they were written down before any recovery was tuned:
 * the 16 types of RFT-FaultBench (arXiv 2605.04431) and some beyond. Every fault lasts until it is
 * cured, unless an {@link Injection} says that it ends by itself. {@code docs/faultbench.md} says
 * what each does.
 */
public enum Fault {
    /** RF-1: the verifier adds 2 to the reward of a share of the responses. */
    REWARD_INFLATED(
            "reward-inflated",
            Cause.REWARD_SPIKE,
            Cure.RESTART,
            0.5,
            0.15,
            "The verifier began to add 2 to the reward of a random half of the responses"),
    /** RF-2: the verifier returns 0 for a share of the responses. */
    REWARD_ZERO(
            "reward-zero",
            Cause.REWARD_COLLAPSE,
            Cure.RESTART,
            1,
            0.5,
            "The verifier began to score every response 0"),
    /** RF-2 whose verifier is broken for good. */
    VERIFIER_DEAD(
            "verifier-dead",
            Cause.REWARD_COLLAPSE,
            Cure.NOTHING,
            1,
            0.7,
            "The verifier began to score every response 0, and a new one does the same"),
    /** RF-3: the reward also pays so much for a response full of a useless character. */
    REWARD_HACKING(
            "reward-hacking",
            Cause.REWARD_HACKING,
            Cure.RESTART,
            3,
            1,
            "The reward began to pay for a useless character"),
    /** PG-1: a share of the responses ends before its first token. */
    EMPTY_RESPONSE(
            "empty-response",
            Cause.EMPTY_RESPONSE,
            Cure.RESTART,
            0.8,
            0.2,
            "The sampler began to end responses before their first token"),
    /** PG-2: the sampler favours the token that stands last, by so many nats. */
    REPETITION(
            "repetition",
            Cause.REPETITION,
            Cure.RESTART,
            8,
            2.5,
            "The sampler began to favour the token before"),
    /** PG-3S: a share of the responses is cut after two tokens. */
    SHORT_RESPONSE(
            "short-response",
            Cause.SHORT_RESPONSES,
            Cure.RESTART,
            0.9,
            0.25,
            "The sampler began to end responses after two tokens"),
    /** PG-3L: the sampler lowers the end of sequence by so many nats. */
    LONG_RESPONSE(
            "long-response",
            Cause.LONG_RESPONSES,
            Cure.RESTART,
            20,
            4,
            "The sampler began to suppress the end of sequence"),
    /** OD-1: the optimizer multiplies the learning rate behind the knob. */
    LR_SPIKE(
            "lr-spike",
            Cause.KL_EXPLOSION,
            Cure.KNOB,
            30,
            6,
            "The optimizer began to multiply the learning rate by 30"),
    /** OD-2: the optimizer multiplies the learning rate by next to nothing. */
    UPDATE_FREEZE(
            "update-freeze",
            Cause.UPDATE_FREEZE,
            Cure.RESTART,
            0,
            0.01,
            "The optimizer stopped moving the weights"),
    /** OD-3: each update multiplies the output head by so much, a decay of the wrong sign. */
    ENTROPY_COLLAPSE(
            "entropy-collapse",
            Cause.ENTROPY_COLLAPSE,
            Cure.RESTART,
            1.05,
            1.01,
            "The weight decay of the output head changed its sign"),
    /** OD-3: the sampler multiplies its temperature behind the knob. */
    COLD_SAMPLER(
            "cold-sampler",
            Cause.ENTROPY_COLLAPSE,
            Cure.RESTART,
            0.25,
            0.6,
            "The sampler's temperature fell"),
    /** CA-1: the critic's targets are multiplied. */
    VALUE_MISMATCH(
            "value-mismatch",
            Cause.VALUE_MISMATCH,
            Cure.RESTART,
            8,
            2,
            "The critic's targets began to be multiplied by 8"),
    /** CA-2: noise of so many standard deviations on the advantages. */
    ADVANTAGE_NOISE(
            "advantage-noise",
            Cause.ADVANTAGE_INSTABILITY,
            Cure.RESTART,
            4,
            1,
            "Noise came upon the advantages"),
    /** CA-3: the rewards of a share of the groups reach the wrong responses. */
    DELAYED_CREDIT(
            "delayed-credit",
            Cause.DELAYED_CREDIT,
            Cure.RESTART,
            1,
            0.5,
            "Rewards began to reach the wrong response of their group"),
    /** TE-1: a share of the tool calls fails. */
    TOOL_ERROR(
            "tool-error",
            Cause.TOOL_CALL_ERROR,
            Cure.RESTART,
            0.8,
            0.25,
            "Tool calls began to fail"),
    /** TE-2: a share of the observations is garbled before the policy reads it. */
    OBSERVATION_CORRUPTION(
            "observation-corruption",
            Cause.OBSERVATION_CORRUPTION,
            Cure.RESTART,
            0.9,
            0.3,
            "Observations began to be garbled"),
    /** TE-3: a share of the episodes ends at its first tool call. */
    EARLY_TERMINATION(
            "early-termination",
            Cause.TERMINATION_ERROR,
            Cure.RESTART,
            0.7,
            0.2,
            "Episodes began to end early"),
    /** The model's backward pass gives NaN in a share of the steps; its outputs stay right. */
    NAN_GRADIENT(
            "nan-gradient",
            Cause.NON_FINITE,
            Cure.RESTART,
            1,
            0.3,
            "The backward pass began to give NaN gradients"),
    /** The sampler takes the trainer's weights every so many steps only; 0 for never again. */
    STALE_SAMPLER(
            "stale-sampler",
            Cause.SAMPLER_MISMATCH,
            Cure.RESTART,
            0,
            8,
            "The sampler stopped taking the trainer's weights"),
    /** The verifier cannot be reached for a share of the responses. */
    VERIFIER_OUTAGE(
            "verifier-outage",
            Cause.OUTAGE,
            Cure.TIME,
            1,
            0.5,
            "The verifier could not be reached"),
    /** A share of the steps does not return until it is interrupted. */
    HANG("hang", Cause.HANG, Cure.RESTART, 1, 0.2, "A step did not return"),
    /** The process is killed with SIGKILL so many times. No cause names it: nobody lives to. */
    PROCESS_DEATH(
            "process-death", Cause.OUTAGE, Cure.RESUME, 1, 3, "The training process was killed"),
    /** No fault: the run stays healthy. */
    NONE("none", Cause.BENIGN, Cure.NOTHING, 0, 0, "No fault was injected");

    private final String id;
    private final Cause cause;
    private final Cure cure;
    private final double easy;
    private final double hard;
    private final String sentence;

    Fault(String id, Cause cause, Cure cure, double easy, double hard, String sentence) {
        this.id = id;
        this.cause = cause;
        this.cure = cure;
        this.easy = easy;
        this.hard = hard;
        this.sentence = sentence;
    }

    /** Returns the name by which it is asked for: {@code lr-spike}. */
    public String id() {
        return id;
    }

    /** Returns what a diagnosis should say. */
    public Cause cause() {
        return cause;
    }

    /** Returns what ends it. */
    public Cure cure() {
        return cure;
    }

    /**
     * Returns the number that a strength stands for; its meaning is the fault's.
     *
     * @param strength the strength
     */
    public double magnitude(Strength strength) {
        return strength == Strength.EASY ? easy : hard;
    }

    /** Returns what happens when it strikes easily seen, as a sentence that the step may follow. */
    public String sentence() {
        return sentence;
    }

    /** Tells whether only a workload with tools can have it. */
    public boolean needsTools() {
        return cause.family().equals("TE");
    }

    /**
     * Tells whether the run ends where it strikes, unless somebody looks after it: there is no step
     * of the fault to look at.
     */
    public boolean endsTheRun() {
        return this == HANG || this == PROCESS_DEATH;
    }

    /** Tells whether only a workload with a critic can have it. */
    public boolean needsCritic() {
        return this == VALUE_MISMATCH;
    }

    /** Returns the id. */
    @Override
    public String toString() {
        return id;
    }

    /**
     * Finds a fault by its id.
     *
     * @param id the id
     * @return the fault, or empty when there is none of that id
     */
    public static Optional<Fault> of(String id) {
        return Arrays.stream(values()).filter(fault -> fault.id.equals(id)).findFirst();
    }
}
