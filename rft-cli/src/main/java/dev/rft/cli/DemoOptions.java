package dev.rft.cli;

import dev.rft.faultbench.fault.Fault;
import java.nio.file.Path;
import java.util.Objects;

/**
 * What the demo is asked to do.
 *
 * @param seed the seed of both runs and of the step at which the fault strikes
 * @param steps how many training steps each run takes
 * @param fault what strikes
 * @param out the directory that receives the files; exists
 */
record DemoOptions(long seed, int steps, Fault fault, Path out) {

    /** Fewer leave no healthy stretch before the fault and no room to verify a repair after it. */
    static final int MIN_STEPS = 100;

    static final int MAX_STEPS = 100_000;

    DemoOptions {
        Objects.requireNonNull(fault, "fault");
        Objects.requireNonNull(out, "out");
        if (steps < MIN_STEPS || steps > MAX_STEPS) {
            throw new IllegalArgumentException(
                    "steps: must be in [" + MIN_STEPS + ", " + MAX_STEPS + "], was " + steps);
        }
    }
}
