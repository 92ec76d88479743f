package dev.rft.faultbench.bench;

import java.util.Locale;

/** A legitimate change of a healthy run, which no one should act on. */
enum Benign {
    /** The learning rate is halved through its knob, as a schedule does. */
    LR_HALVED,
    /** The learning rate is doubled through its knob, so that the reward improves faster. */
    LR_DOUBLED,
    /** The sampling temperature goes from 1 to 0.9 through its knob. */
    TEMPERATURE,
    /** Half as many prompts per step. */
    BATCH_HALVED,
    /** Only harder prompts from now on; of a task that has such. */
    HARDER_PROMPTS,
    /** A new trainer goes on from a snapshot. */
    RESUME,
    /** The seed changes. */
    SEED,
    /** More and more prompts are ones that the policy solves whenever it tries. */
    TASK_SOLVED;

    /** Returns the name in files: {@code lr-halved}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
