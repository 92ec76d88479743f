package dev.rft.testkit;

import dev.rft.monitor.Detector;

/** Entry point of the assertions of rft. */
public final class RftAssertions {

    private RftAssertions() {}

    /**
     * Begins an assertion on a detector.
     *
     * @param detector a detector in its initial state; it is used up by the assertion
     * @return the assertion
     */
    public static DetectorAssert assertThat(Detector detector) {
        return new DetectorAssert(detector);
    }
}
