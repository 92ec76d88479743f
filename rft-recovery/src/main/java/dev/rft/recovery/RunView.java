package dev.rft.recovery;

import dev.rft.api.control.Capability;
import dev.rft.api.control.Knob;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/** What a session asks of the run when it decides; each part is asked anew each time. */
record RunView(
        Supplier<Set<Capability>> capabilities,
        Supplier<Map<Knob, Double>> knobs,
        LongFunction<OptionalLong> newestGoodBefore) {

    /** A run that can only be watched and stopped. */
    static final RunView WATCH_ONLY = new RunView(Set::of, Map::of, onset -> OptionalLong.empty());
}
