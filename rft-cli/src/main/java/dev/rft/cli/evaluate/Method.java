package dev.rft.cli.evaluate;

import dev.rft.api.signal.Observation;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A way to watch a run.
 *
 * @param name what it is called in the table
 * @param watcher makes a watcher of one run, which its label names; the truth in it is not for
 *     watchers
 */
record Method(String name, Function<Label, Watcher> watcher) {

    Method {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(watcher, "watcher");
    }

    Method(String name, Supplier<Watcher> watcher) {
        this(name, label -> watcher.get());
    }

    /** Watches one run. */
    interface Watcher {

        /** Takes in the next step. */
        void observe(Observation observation);

        /** Returns the incidents so far, in the order of their alarms. */
        List<Alarm> alarms();
    }
}
