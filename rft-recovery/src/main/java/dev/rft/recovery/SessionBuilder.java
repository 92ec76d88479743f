package dev.rft.recovery;

import dev.rft.api.control.Capability;
import dev.rft.api.control.Knob;
import dev.rft.monitor.Monitor;
import dev.rft.monitor.diagnose.Diagnoser;
import dev.rft.recovery.event.RftListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Collects what a {@link Session} is made of. Made by {@link Session#builder}. */
public final class SessionBuilder {

    final List<RftListener> listeners = new ArrayList<>();
    private @Nullable Monitor monitor;
    String runId = "run";
    private @Nullable Diagnoser diagnoser;
    private @Nullable List<RecoveryPolicy> policies;
    RecoveryConfig config = RecoveryConfig.defaults();
    Clock clock = Clock.systemUTC();
    RunView run = RunView.WATCH_ONLY;
    Callbacks callbacks = Callbacks.defaults();
    Mode mode = Mode.act();
    RunMemory memory = RunMemory.NONE;

    SessionBuilder() {}

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
            throw new UncheckedIOException("monitor.fingerprints: " + e.getMessage(), e);
        }
    }

    List<RecoveryPolicy> policies() {
        return policies == null ? RecoveryPolicies.standard(config) : policies;
    }

    /**
     * Sets the detectors, in place of those that the configuration names.
     *
     * @param chosen the monitor; the session feeds it, whoever drives the loop rewinds it
     * @return this
     */
    public SessionBuilder monitor(Monitor chosen) {
        monitor = Objects.requireNonNull(chosen, "monitor");
        return this;
    }

    /**
     * Names the run in its events.
     *
     * @param id the name, {@code run} unless set
     * @return this
     */
    public SessionBuilder runId(String id) {
        runId = Objects.requireNonNull(id, "id");
        return this;
    }

    /**
     * Sets who names the cause, in place of the fingerprints that the configuration names.
     *
     * @param chosen the diagnoser
     * @return this
     */
    public SessionBuilder diagnoser(Diagnoser chosen) {
        diagnoser = Objects.requireNonNull(chosen, "diagnoser");
        return this;
    }

    /**
     * Sets who decides; {@link RecoveryPolicies#standard(RecoveryConfig)} unless set.
     *
     * @param inOrder asked in this order; the first answer that is something to do, and can be
     *     done, wins; copied
     * @return this
     */
    public SessionBuilder policies(List<RecoveryPolicy> inOrder) {
        policies = List.copyOf(inOrder);
        return this;
    }

    /**
     * Sets the thresholds.
     *
     * @param chosen the configuration
     * @return this
     */
    public SessionBuilder config(RecoveryConfig chosen) {
        config = Objects.requireNonNull(chosen, "config");
        return this;
    }

    /**
     * Adds a listener.
     *
     * @param listener receives every event, after those added before it
     * @return this
     */
    public SessionBuilder listener(RftListener listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
        return this;
    }

    /**
     * Sets where events take their time from.
     *
     * @param chosen the clock, the system's in UTC unless set
     * @return this
     */
    public SessionBuilder clock(Clock chosen) {
        clock = Objects.requireNonNull(chosen, "clock");
        return this;
    }

    /**
     * Sets how listeners and advisers are called.
     *
     * @param chosen the limits and the threads
     * @return this
     */
    public SessionBuilder callbacks(Callbacks chosen) {
        callbacks = Objects.requireNonNull(chosen, "callbacks");
        return this;
    }

    /**
     * Sets how much is decided without asking.
     *
     * @param chosen the mode, {@link Mode#act} unless set
     * @return this
     */
    public SessionBuilder mode(Mode chosen) {
        mode = Objects.requireNonNull(chosen, "mode");
        return this;
    }

    /**
     * Goes on with a run whose process has ended. The monitor is to be restored as well.
     *
     * @param earlier what is known of the run
     * @return this
     */
    public SessionBuilder memory(RunMemory earlier) {
        memory = Objects.requireNonNull(earlier, "memory");
        return this;
    }

    /**
     * Says what can be done about a failure. Unless set, the run can only be watched and stopped.
     *
     * @param capabilities what the loop can do
     * @param knobs the knobs and their present values
     * @param newestGoodBefore the step of the newest good snapshot before a given one, if there is
     *     any
     * @return this
     */
    public SessionBuilder control(
            Supplier<Set<Capability>> capabilities,
            Supplier<Map<Knob, Double>> knobs,
            LongFunction<OptionalLong> newestGoodBefore) {
        run =
                new RunView(
                        Objects.requireNonNull(capabilities, "capabilities"),
                        Objects.requireNonNull(knobs, "knobs"),
                        Objects.requireNonNull(newestGoodBefore, "newestGoodBefore"));
        return this;
    }

    /**
     * Returns a session that has seen nothing yet.
     *
     * @return the session
     * @throws UncheckedIOException when the fingerprints that the configuration names cannot be
     *     read
     */
    public Session build() {
        return new Session(this);
    }
}
