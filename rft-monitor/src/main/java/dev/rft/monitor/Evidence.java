package dev.rft.monitor;

import dev.rft.api.signal.Signal;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * Why a detector says what it says, in terms that a person understands.
 *
 * @param signal what was looked at
 * @param observed its value; may be NaN or infinite, when that is the finding
 * @param expected the range that was expected, in words, such as {@code <= 900} or {@code 0.31 to
 *     0.52}
 * @param shift how far it is from the expectation, in standard deviations of its healthy noise,
 *     signed; NaN when unknown
 * @param onset the step at which the change is estimated to have begun, at most the present step;
 *     empty when unknown
 * @param invariant whether this may not happen in any healthy run, so that no statistics is needed
 */
public record Evidence(
        Signal signal,
        double observed,
        String expected,
        double shift,
        OptionalLong onset,
        boolean invariant) {

    /** Checks that nothing is missing. */
    public Evidence {
        Objects.requireNonNull(signal, "signal");
        Objects.requireNonNull(expected, "expected");
        Objects.requireNonNull(onset, "onset");
    }

    /**
     * Makes evidence of unknown size and onset.
     *
     * @param signal what was looked at
     * @param observed its value
     * @param expected the range that was expected, in words
     * @return the evidence
     */
    public static Evidence of(Signal signal, double observed, String expected) {
        return new Evidence(signal, observed, expected, Double.NaN, OptionalLong.empty(), false);
    }

    /** Returns this evidence as that of a broken invariant. */
    public Evidence asInvariant() {
        return new Evidence(signal, observed, expected, shift, onset, true);
    }

    /**
     * Returns this evidence with an estimated onset.
     *
     * @param step the step at which the change is estimated to have begun
     * @return the evidence
     */
    public Evidence since(long step) {
        return new Evidence(signal, observed, expected, shift, OptionalLong.of(step), invariant);
    }

    /**
     * Returns this evidence with a size.
     *
     * @param deviations distance from the expectation in standard deviations of the healthy noise,
     *     signed
     * @return the evidence
     */
    public Evidence shiftedBy(double deviations) {
        return new Evidence(signal, observed, expected, deviations, onset, invariant);
    }

    /** Returns one line: signal, observed value, expectation, onset. */
    @Override
    public String toString() {
        return signal
                + " = "
                + String.format(java.util.Locale.ROOT, "%.4g", observed)
                + ", expected "
                + expected
                + (onset.isPresent() ? ", since step " + onset.getAsLong() : "");
    }
}
