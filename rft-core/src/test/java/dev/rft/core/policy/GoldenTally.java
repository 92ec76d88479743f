package dev.rft.core.policy;

import java.util.ArrayList;
import java.util.List;

/** Counts what agrees with the golden vectors and names what does not; NaN never agrees. */
final class GoldenTally {

    private final double tolerance;
    private final List<String> failures = new ArrayList<>();
    private int passed;

    GoldenTally(double tolerance) {
        this.tolerance = tolerance;
    }

    /** Compares entry by entry, relative to the largest expected one. */
    void entries(String place, double[] actual, double[] expected) {
        if (actual.length != expected.length || expected.length == 0) {
            fail(place, "has " + actual.length + " entries, expected " + expected.length);
            return;
        }
        double scale = 1e-12;
        for (double value : expected) {
            scale = Math.max(scale, Math.abs(value));
        }
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            double error = Math.abs(actual[i] - expected[i]) / scale;
            worst = error <= worst ? worst : error;
        }
        judge(place, worst);
    }

    /** Compares a number, relative to its size or to a scale when that is larger. */
    void value(String place, double actual, double expected, double scale) {
        double unit = Math.max(Math.max(Math.abs(expected), scale), 1e-12);
        judge(place, Math.abs(actual - expected) / unit);
    }

    void fail(String place, String reason) {
        failures.add(place + ": " + reason);
    }

    int passed() {
        return passed;
    }

    List<String> failures() {
        return failures;
    }

    private void judge(String place, double error) {
        if (error <= tolerance) {
            passed++;
        } else {
            fail(place, "relative error " + error);
        }
    }
}
