package dev.rft.monitor.detect;

import dev.rft.api.signal.Signals;
import dev.rft.monitor.DetectorFactory;
import dev.rft.monitor.EvidenceClass;
import dev.rft.monitor.stats.ChangeChart.Path;
import java.util.List;
import java.util.Optional;

/** Built-in detectors of the optimization: its rate, its loss, its critic, its entropy. */
final class OptimizationDetectors {

    /** Advantages are of the order of 1, and so is what a term of the loss does when it matters. */
    private static final double LOSS_GRAIN = 0.01;

    private static final double LOSS_TOLERANCE = 0.05;

    /** A setting of the temperature that is in use changes the entropy by less than half. */
    private static final double HALF = Math.log(2);

    private static final double UNEXPLAINED = 0.2;

    /**
     * A critic that explains less than nothing is useless, and how much less says only how little
     * there was to explain: where all returns are nearly equal the number has no bottom.
     */
    private static final double USELESS = -1;

    /** In the signal's unit, in which noise is about 1 to 3, and grows as entropy falls. */
    private static final double SURPRISE_TOLERANCE = 1;

    private OptimizationDetectors() {}

    static List<DetectorFactory> all() {
        return List.of(
                Detectors.factory(
                        "learning-rate-jump",
                        EvidenceClass.GRADIENT,
                        0,
                        rate -> new LearningRateDetector()),
                Detectors.factory(
                        "update-freeze", EvidenceClass.GRADIENT, 0, rate -> new FreezeDetector()),
                Detectors.factory(
                        "loss-shift",
                        EvidenceClass.GRADIENT,
                        1,
                        rate ->
                                new ChartDetector(
                                        List.of(loss(1, rate / 2), loss(-1, rate / 2)),
                                        Optional.empty())),
                Detectors.factory(
                        "entropy-collapse",
                        EvidenceClass.POLICY_DISTANCE,
                        1,
                        rate ->
                                new ChartDetector(
                                        List.of(
                                                new Channel(
                                                        Signals.ENTROPY,
                                                        -1,
                                                        Path.TREND,
                                                        HALF,
                                                        new Probe.Relative(),
                                                        rate)),
                                        Optional.of(new EntropyFall()))),
                Detectors.factory(
                        "value-mismatch",
                        EvidenceClass.GRADIENT,
                        1,
                        rate ->
                                new ChartDetector(
                                        List.of(
                                                new Channel(
                                                        Signals.LOSS_VALUE,
                                                        1,
                                                        Path.TREND,
                                                        HALF,
                                                        new Probe.Plain(),
                                                        rate / 2),
                                                new Channel(
                                                        Signals.VALUE_EXPLAINED_VARIANCE,
                                                        -1,
                                                        Path.LEVEL,
                                                        UNEXPLAINED,
                                                        new Probe.Coarse(UNEXPLAINED / 4, USELESS),
                                                        rate / 2)),
                                        Optional.empty())),
                Detectors.factory(
                        "sampler-mismatch",
                        EvidenceClass.POLICY_DISTANCE,
                        1,
                        rate ->
                                new ChartDetector(
                                        List.of(
                                                new Channel(
                                                        Signals.ROLLOUT_MISMATCH,
                                                        1,
                                                        Path.TREND,
                                                        HALF,
                                                        new Probe.Plain(),
                                                        rate)),
                                        Optional.of(new Rules.SamplerGap()))),
                Detectors.factory(
                        "sampler-surprise",
                        EvidenceClass.POLICY_DISTANCE,
                        1,
                        rate ->
                                new ChartDetector(
                                        List.of(surprise(1, rate / 2), surprise(-1, rate / 2)),
                                        Optional.empty())));
    }

    /** Deviations of one step from what is expected say nothing about the next step's. */
    private static Channel surprise(int sign, double rate) {
        return new Channel(
                Signals.ROLLOUT_SURPRISE,
                sign,
                Path.STEADY,
                SURPRISE_TOLERANCE,
                new Probe.Plain(),
                rate);
    }

    private static Channel loss(int sign, double rate) {
        return new Channel(
                Signals.LOSS_POLICY,
                sign,
                Path.LEVEL,
                LOSS_TOLERANCE,
                new Probe.Coarse(LOSS_GRAIN),
                rate);
    }
}
