package dev.rft.recovery;

import dev.rft.api.control.Capability;
import dev.rft.api.control.Knob;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/** Collects what a {@link Session} is made of. Made by {@link Session#builder}. */
public final class SessionBuilder extends SupervisionSettings<SessionBuilder> {

    RunView run = RunView.WATCH_ONLY;
    RunMemory memory = RunMemory.NONE;

    SessionBuilder() {}

    @Override
    SessionBuilder self() {
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
