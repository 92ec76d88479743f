package dev.rft.recovery;

import dev.rft.monitor.Monitor;
import dev.rft.monitor.diagnose.Diagnoser;
import dev.rft.recovery.event.RftListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Session} is made of, whoever drives the loop.
 *
 * @param <S> the class that adds the rest, which each setter returns
 */
abstract class SupervisionSettings<S extends SupervisionSettings<S>> {

    final List<RftListener> listeners = new ArrayList<>();
    private @Nullable Monitor monitor;
    private @Nullable Diagnoser diagnoser;
    private @Nullable List<RecoveryPolicy> policies;
    String runId = "run";
    RecoveryConfig config = RecoveryConfig.defaults();
    Clock clock = Clock.systemUTC();
    Callbacks callbacks = Callbacks.defaults();
    Mode mode = Mode.act();

    abstract S self();

    /** Returns the monitor that was set; a new one of the configuration where none was. */
    Monitor monitor() {
        return monitor == null ? config.monitor().monitor() : monitor;
    }

    Diagnoser diagnoser() {
        if (diagnoser != null) {
            return diagnoser;
        }
        try {
            return config.monitor().diagnoser();
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    List<RecoveryPolicy> policies() {
        return policies == null ? RecoveryPolicies.standard(config) : policies;
    }

    /** Takes over all that is set in other settings, the listeners included. */
    S like(SupervisionSettings<?> other) {
        monitor = other.monitor;
        diagnoser = other.diagnoser;
        policies = other.policies;
        runId = other.runId;
        config = other.config;
        clock = other.clock;
        callbacks = other.callbacks;
        mode = other.mode;
        listeners.addAll(other.listeners);
        return self();
    }

    /**
     * Sets the detectors, in place of those that the configuration names.
     *
     * @param chosen the monitor; the session feeds it, and whoever drives the loop rewinds it: a
     *     supervisor does
     * @return this
     */
    public S monitor(Monitor chosen) {
        monitor = Objects.requireNonNull(chosen, "monitor");
        return self();
    }

    /**
     * Names the run in its events.
     *
     * @param id the name, {@code run} unless set
     * @return this
     */
    public S runId(String id) {
        runId = Objects.requireNonNull(id, "id");
        return self();
    }

    /**
     * Sets who names the cause, in place of the fingerprints that the configuration names.
     *
     * @param chosen the diagnoser
     * @return this
     */
    public S diagnoser(Diagnoser chosen) {
        diagnoser = Objects.requireNonNull(chosen, "diagnoser");
        return self();
    }

    /**
     * Sets who decides; {@link RecoveryPolicies#standard(RecoveryConfig)} unless set.
     *
     * @param inOrder asked in this order; the first answer that is something to do, and can be
     *     done, wins; copied
     * @return this
     */
    public S policies(List<RecoveryPolicy> inOrder) {
        policies = List.copyOf(inOrder);
        return self();
    }

    /**
     * Sets the thresholds.
     *
     * @param chosen the configuration
     * @return this
     */
    public S config(RecoveryConfig chosen) {
        config = Objects.requireNonNull(chosen, "config");
        return self();
    }

    /**
     * Adds a listener.
     *
     * @param listener receives every event, after those added before it
     * @return this
     */
    public S listener(RftListener listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
        return self();
    }

    /**
     * Sets where events take their time from.
     *
     * @param chosen the clock, the system's in UTC unless set
     * @return this
     */
    public S clock(Clock chosen) {
        clock = Objects.requireNonNull(chosen, "clock");
        return self();
    }

    /**
     * Sets how listeners and advisers are called.
     *
     * @param chosen the limits and the threads, {@link Callbacks#defaults} unless set
     * @return this
     */
    public S callbacks(Callbacks chosen) {
        callbacks = Objects.requireNonNull(chosen, "callbacks");
        return self();
    }

    /**
     * Sets how much is decided without asking.
     *
     * @param chosen the mode, {@link Mode#act} unless set
     * @return this
     */
    public S mode(Mode chosen) {
        mode = Objects.requireNonNull(chosen, "mode");
        return self();
    }
}
