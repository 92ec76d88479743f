package dev.rft.faultbench.bench;

import dev.rft.api.control.Batch;
import dev.rft.api.control.TrainingLoop;
import dev.rft.api.signal.StepKey;
import dev.rft.faultbench.fault.FaultInjector;
import dev.rft.faultbench.fault.ForwardingLoop;
import dev.rft.recovery.Watchdog;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The watchdog's time: every step takes as long as any other, and one that hangs ten times that. So
 * nobody has to sit through a hang, and whether a step is interrupted does not depend on how busy
 * the machine is. What hangs is a thread that really does not return.
 */
final class WoundClock {

    private static final Duration STEP = Duration.ofMillis(100);
    private static final int HANGS_FOR = 10;

    private final AtomicLong now = new AtomicLong();

    /** Returns a loop whose steps move this clock. */
    TrainingLoop timing(TrainingLoop loop) {
        return new ForwardingLoop(loop) {
            @Override
            public Batch collect(StepKey key) {
                now.addAndGet(STEP.toNanos());
                return super.collect(key);
            }
        };
    }

    /** Hangs until the thread is interrupted. */
    void hang() {
        now.addAndGet(HANGS_FOR * STEP.toNanos());
        FaultInjector.untilInterrupted();
    }

    /** Returns the default watchdog on this clock, which may interrupt a step. */
    Watchdog watchdog() {
        Watchdog usual = Watchdog.defaults();
        return new Watchdog(
                usual.factor(), usual.warmUpSteps(), STEP, true, Duration.ofMillis(20), now::get);
    }
}
