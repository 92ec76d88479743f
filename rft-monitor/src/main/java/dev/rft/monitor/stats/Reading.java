package dev.rft.monitor.stats;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What a chart says of one value.
 *
 * @param state the finding
 * @param shift distance from the expected value in standard deviations of the noise, positive where
 *     adverse; 0 while the chart is learning
 * @param expected the expected value on the transformed scale; NaN while the chart is learning
 * @param limit the largest (for a fall: smallest) value that would not have been found, on the
 *     transformed scale: of a finding the value is beyond it, or the mean where there is one
 * @param mean the mean of the values since the onset, on the transformed scale, where it is this
 *     that was found and not the value; empty otherwise
 * @param onset the step at which the change is estimated to have begun; present when suspect or
 *     alarming
 */
public record Reading(
        State state,
        double shift,
        double expected,
        double limit,
        OptionalDouble mean,
        OptionalLong onset) {

    /** The finding of a chart, from the least to the most serious. */
    public enum State {
        /** Too few values to judge. */
        LEARNING,
        /** As expected. */
        QUIET,
        /** On the way to an alarm. */
        SUSPECT,
        /** Changed. */
        ALARM
    }

    static Reading learning() {
        return new Reading(
                State.LEARNING,
                0,
                Double.NaN,
                Double.NaN,
                OptionalDouble.empty(),
                OptionalLong.empty());
    }

    static Reading quiet(double shift, double expected, double limit) {
        return new Reading(
                State.QUIET, shift, expected, limit, OptionalDouble.empty(), OptionalLong.empty());
    }
}
