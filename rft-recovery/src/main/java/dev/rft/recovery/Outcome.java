package dev.rft.recovery;

/** What the steps after an action showed. */
public enum Outcome {
    /** Not known yet. */
    PENDING,
    /** The run is as it was before the onset: the action is kept. */
    HELPED,
    /** The failure went on or came back: the next rung of the ladder follows. */
    NO_EFFECT,
    /** The run is worse than before the action: it is undone and the next rung follows. */
    WORSE
}
