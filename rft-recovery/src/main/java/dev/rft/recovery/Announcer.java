package dev.rft.recovery;

import dev.rft.api.signal.StepKey;
import dev.rft.recovery.event.RftEvent;
import dev.rft.recovery.event.RftListener;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands every event to every listener, in one order for all. Thread-safe: the watchdog announces
 * too.
 */
final class Announcer {

    private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);

    /** Makes an event at a time. */
    @FunctionalInterface
    interface Dated {
        RftEvent at(String runId, StepKey key, Instant time);
    }

    private final String runId;
    private final Clock clock;
    private final List<ListenerQueue> queues;
    private final long patience;
    private boolean finished;

    Announcer(
            String runId,
            Clock clock,
            List<RftListener> listeners,
            Callbacks callbacks,
            Executor executor) {
        this.runId = runId;
        this.clock = clock;
        this.patience = callbacks.patience().toNanos();
        this.queues =
                listeners.stream()
                        .map(
                                listener ->
                                        new ListenerQueue(
                                                listener, callbacks.queueCapacity(), executor))
                        .toList();
    }

    synchronized void announce(StepKey key, Dated event) {
        if (queues.isEmpty()) {
            return;
        }
        RftEvent dated = event.at(runId, key, clock.instant());
        queues.forEach(queue -> queue.offer(dated));
    }

    /**
     * Announces the last event, after the events that listeners did not get, and waits for the
     * listeners; not for longer than they are given in all.
     */
    void finish(StepKey key, Dated last) {
        long deadline = System.nanoTime() + patience;
        drain(deadline);
        reportLost(key);
        announce(key, last);
        drain(deadline).forEach(LOG::warn);
        finished = true;
    }

    /** Waits for the listeners, unless they were waited for at the end of the run. */
    void drain() {
        if (!finished) {
            drain(System.nanoTime() + patience).forEach(LOG::warn);
        }
    }

    /**
     * Waits for all listeners, also in an interrupted thread, which is how a run may end. Returns
     * what to say of those that are stuck.
     */
    private List<String> drain(long deadline) {
        boolean interrupted = Thread.interrupted();
        try {
            return queues.stream()
                    .filter(queue -> !idle(queue, deadline))
                    .map(
                            queue ->
                                    "listener "
                                            + queue.name()
                                            + " has not returned; the run does not wait for it")
                    .toList();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static boolean idle(ListenerQueue queue, long deadline) {
        try {
            return queue.awaitIdle(deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // a second interrupt: do not wait any more
            return false;
        }
    }

    private void reportLost(StepKey key) {
        for (ListenerQueue queue : queues) {
            long count = queue.takeDropped();
            if (count > 0) {
                LOG.warn("listener {} did not get {} events", queue.name(), count);
                announce(
                        key,
                        (run, at, time) ->
                                new RftEvent.EventsLost(
                                        run, at, time, queue.name(), count, "its queue was full"));
            }
        }
    }

    /** Returns how many calls of listeners have thrown. */
    int failures() {
        return queues.stream().mapToInt(ListenerQueue::failures).sum();
    }
}
