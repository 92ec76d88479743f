package dev.rft.monitor.log;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a log says in one place, under the log's own names.
 *
 * @param line where it stands, from 1
 * @param step the step it is about; empty when it does not say, and then it is the next
 * @param incarnation how often the run was resumed before, where the log says so, else 0
 * @param attempt how often it was rolled back before, where the log says so, else 0
 * @param values the numbers by name, possibly not finite
 * @param counts of how many samples a number is the mean, by the same names; null when the log does
 *     not say
 */
record Row(
        long line,
        OptionalLong step,
        int incarnation,
        int attempt,
        Numbers values,
        @Nullable Numbers counts) {

    static Row of(long line, OptionalLong step, Numbers values) {
        return new Row(line, step, 0, 0, values, null);
    }
}
