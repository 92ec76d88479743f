package dev.rft.faultbench.fault;

/** What ends a fault. What it did to the weights until then is another matter: a rollback. */
public enum Cure {
    /** Building anew what is not state: verifier, sampler, environments, optimizer. */
    RESTART,
    /** A new process that goes on from what is on the disk. */
    RESUME,
    /** Turning a knob against it. */
    KNOB,
    /** Time alone: it is over when it is over. */
    TIME,
    /** Nothing that a trainer can do. A safe stop for the right reason is the right answer. */
    NOTHING
}
