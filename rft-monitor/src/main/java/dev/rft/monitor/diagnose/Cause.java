package dev.rft.monitor.diagnose;

/**
 * What can be wrong with a run: the 16 fault types of RFT-FaultBench (arXiv 2605.04431) and what
 * they leave out.
 */
public enum Cause {
    /** RF-1: rewards jumped up without the policy being better. */
    REWARD_SPIKE("RF-1", "RF", "broken reward scale"),
    /** RF-2: rewards fell at once. */
    REWARD_COLLAPSE("RF-2", "RF", "verifier or parser broken"),
    /** RF-3: the policy found a surface feature that pays. */
    REWARD_HACKING("RF-3", "RF", "exploitable reward"),
    /** PG-1: responses are empty. */
    EMPTY_RESPONSE("PG-1", "PG", "sampling or template bug"),
    /** PG-2: responses repeat themselves. */
    REPETITION("PG-2", "PG", "degenerate policy"),
    /** PG-3S: responses are cut early. */
    SHORT_RESPONSES("PG-3S", "PG", "wrong length limit"),
    /** PG-3L: responses do not end. */
    LONG_RESPONSES("PG-3L", "PG", "length bias or missing stop"),
    /** OD-1: the policy runs away. */
    KL_EXPLOSION("OD-1", "OD", "step too large"),
    /** OD-2: the policy stands still. */
    UPDATE_FREEZE("OD-2", "OD", "optimizer or scheduler bug"),
    /** OD-3: the policy stopped exploring. */
    ENTROPY_COLLAPSE("OD-3", "OD", "exploration lost"),
    /** CA-1: the critic is wrong. */
    VALUE_MISMATCH("CA-1", "CA", "critic broken"),
    /** CA-2: advantages are noise or of the wrong size. */
    ADVANTAGE_INSTABILITY("CA-2", "CA", "normalisation bug"),
    /** CA-3: rewards reach the wrong samples. */
    DELAYED_CREDIT("CA-3", "CA", "credit to the wrong sample"),
    /** TE-1: tools fail. */
    TOOL_CALL_ERROR("TE-1", "TE", "tool outage"),
    /** TE-2: tool results are garbled. */
    OBSERVATION_CORRUPTION("TE-2", "TE", "environment bug"),
    /** TE-3: episodes end early. */
    TERMINATION_ERROR("TE-3", "TE", "wrong stop condition"),
    /** NaN or infinity in loss, gradient, log-probability or weights. */
    NON_FINITE("NON-FINITE", "OTHER", "numerical failure"),
    /** Sampler and trainer disagree about the same policy. */
    SAMPLER_MISMATCH("MISMATCH", "OTHER", "stale weights or different sampling settings"),
    /** No step for far longer than usual. */
    HANG("HANG", "OTHER", "stuck worker"),
    /** What the run stands on is away. */
    OUTAGE("OUTAGE", "OTHER", "infrastructure failure"),
    /** A legitimate change: schedule, curriculum, batch size, a task that is solved. */
    BENIGN("BENIGN", "BENIGN", "legitimate change"),
    /** The evidence is too thin to say. */
    UNKNOWN("UNKNOWN", "UNKNOWN", "cannot tell");

    private final String id;
    private final String family;
    private final String rootCause;

    Cause(String id, String family, String rootCause) {
        this.id = id;
        this.family = family;
        this.rootCause = rootCause;
    }

    /** Returns the id as the taxonomy writes it: {@code OD-1}. */
    public String id() {
        return id;
    }

    /**
     * Returns the family: {@code RF}, {@code PG}, {@code OD}, {@code CA}, {@code TE}, or one of
     * ours.
     */
    public String family() {
        return family;
    }

    /** Returns the root cause that a person would name. */
    public String rootCause() {
        return rootCause;
    }

    /** Returns the id. */
    @Override
    public String toString() {
        return id;
    }
}
