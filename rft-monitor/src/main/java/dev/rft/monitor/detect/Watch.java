package dev.rft.monitor.detect;

import dev.rft.api.signal.Observation;
import dev.rft.monitor.Verdict;
import java.util.Map;

/** One thing that a detector keeps an eye on. */
interface Watch {

    /** Names the watch within its detector's state. */
    String name();

    /** Judges the next observation. */
    Verdict inspect(Observation observation);

    /**
     * Returns the most adverse value that was remembered when the last one was inspected, in the
     * signal's unit; NaN when nothing was judged.
     */
    double extreme();

    /** Returns what was learned, as numbers by name. */
    Map<String, double[]> save();

    /**
     * Takes back what an equal watch learned; an empty map stands for one that has seen nothing.
     *
     * @throws IllegalArgumentException when it is something else
     */
    void restore(Map<String, double[]> state);
}
