package dev.rft.cli;

import dev.rft.cli.report.Summary;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How the demo went.
 *
 * @param onsetStep the step at which the fault struck; empty when none did
 * @param detectedStep the step of the first alarm; empty when there was none
 * @param diagnosis the id of the cause that was named for the first incident, such as {@code OD-1}
 * @param actions what was done, a line each, in order; copied
 * @param accuracyBeforeFault held-out accuracy at the step before the onset, in [0, 1]
 * @param accuracySupervised held-out accuracy of the supervised run at its end, in [0, 1]
 * @param accuracyUnsupervised held-out accuracy of the unsupervised twin at its end, in [0, 1]
 * @param seconds wall time of both runs
 */
record DemoResult(
        OptionalLong onsetStep,
        OptionalLong detectedStep,
        Optional<String> diagnosis,
        List<String> actions,
        OptionalDouble accuracyBeforeFault,
        double accuracySupervised,
        double accuracyUnsupervised,
        double seconds) {

    DemoResult {
        Objects.requireNonNull(onsetStep, "onsetStep");
        Objects.requireNonNull(detectedStep, "detectedStep");
        Objects.requireNonNull(diagnosis, "diagnosis");
        Objects.requireNonNull(accuracyBeforeFault, "accuracyBeforeFault");
        actions = List.copyOf(actions);
        accuracyBeforeFault.ifPresent(accuracy -> checkShare("accuracyBeforeFault", accuracy));
        checkShare("accuracySupervised", accuracySupervised);
        checkShare("accuracyUnsupervised", accuracyUnsupervised);
        if (!(seconds >= 0 && Double.isFinite(seconds))) {
            throw new IllegalArgumentException("seconds: must be >= 0 and finite, was " + seconds);
        }
    }

    /** Returns this result with what was asked for, as files and reports hold it. */
    Summary summary(DemoOptions options) {
        return new Summary(
                options.seed(),
                options.steps(),
                options.fault().id(),
                options.fault().sentence(),
                onsetStep,
                detectedStep,
                diagnosis,
                actions,
                accuracyBeforeFault,
                accuracySupervised,
                accuracyUnsupervised,
                seconds);
    }

    private static void checkShare(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(name + ": must be in [0, 1], was " + value);
        }
    }
}
