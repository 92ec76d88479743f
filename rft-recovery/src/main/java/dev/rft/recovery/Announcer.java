package dev.rft.recovery;

import dev.rft.api.signal.StepKey;
import dev.rft.recovery.event.RftEvent;
import dev.rft.recovery.event.RftListener;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands every event to every listener, in order. A listener that throws costs the run nothing but a
 * count.
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
    private final List<RftListener> listeners;
    private final Set<Integer> logged = new HashSet<>();
    private int failures;

    Announcer(String runId, Clock clock, List<RftListener> listeners) {
        this.runId = runId;
        this.clock = clock;
        this.listeners = List.copyOf(listeners);
    }

    void announce(StepKey key, Dated event) {
        RftEvent dated = event.at(runId, key, clock.instant());
        for (int i = 0; i < listeners.size(); i++) {
            try {
                listeners.get(i).on(dated);
            } catch (RuntimeException e) {
                failures++;
                if (logged.add(i)) {
                    LOG.warn(
                            "listener {} failed; the run goes on, its further failures are counted"
                                    + " only",
                            listeners.get(i).getClass().getName(),
                            e);
                }
            }
        }
    }

    /** Returns how many calls of listeners have thrown. */
    int failures() {
        return failures;
    }
}
