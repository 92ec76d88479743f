package dev.rft.monitor;

/**
 * The kind of evidence that a detector rests on. Two detectors of one class often see the same
 * thing twice; a destructive action wants two classes, or one invariant.
 */
public enum EvidenceClass {
    /** Rewards and what is made of them: groups, advantages. */
    REWARD,
    /** Distance between policies: KL, probability ratios, entropy. */
    POLICY_DISTANCE,
    /** Gradients, updates, losses, weights. */
    GRADIENT,
    /** What the policy writes: length, repetition, termination. */
    GENERATION,
    /** What the run stands on: time, tools, verifiers, memory. */
    INFRASTRUCTURE
}
