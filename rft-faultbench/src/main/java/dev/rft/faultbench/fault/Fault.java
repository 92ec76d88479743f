package dev.rft.faultbench.fault;

import dev.rft.monitor.diagnose.Cause;
import java.util.Arrays;
import java.util.Optional;

/**
 * A fault, with its persistence and its cures as they were written down before any recovery was
 * tuned. All of them last until they are cured.
 */
public enum Fault {
    /**
     * OD-1: the optimizer multiplies the learning rate by 30, behind the knob. Cured by nothing but
     * a knob turned down by as much; what it did to the weights, by a rollback.
     */
    LR_SPIKE(
            "lr-spike",
            Cause.KL_EXPLOSION,
            "The optimizer began to multiply the learning rate by 30"),
    /**
     * RF-2: the verifier returns 0 for every response. Cured by a restart, which builds the
     * verifier anew. It gives no policy gradient, so what it costs is time, and what the pull to
     * the reference takes back.
     */
    REWARD_ZERO(
            "reward-zero", Cause.REWARD_COLLAPSE, "The verifier began to score every response 0"),
    /**
     * RF-1: the verifier adds 2 to the reward of half of the responses, drawn at random. Cured by a
     * restart. Only a part of them, because group advantages do not see a change of all rewards.
     */
    REWARD_INFLATED(
            "reward-inflated",
            Cause.REWARD_SPIKE,
            "The verifier began to add 2 to the reward of a random half of the responses"),
    /**
     * Non-finite values: the model's backward pass gives NaN while its outputs stay right. Cured by
     * a restart.
     */
    NAN_GRADIENT("nan-gradient", Cause.NON_FINITE, "The backward pass began to give NaN gradients"),
    /** No fault: the run stays healthy. */
    NONE("none", Cause.BENIGN, "No fault was injected");

    private final String id;
    private final Cause cause;
    private final String sentence;

    Fault(String id, Cause cause, String sentence) {
        this.id = id;
        this.cause = cause;
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

    /** Returns what happens, as a sentence that the step may follow. */
    public String sentence() {
        return sentence;
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
