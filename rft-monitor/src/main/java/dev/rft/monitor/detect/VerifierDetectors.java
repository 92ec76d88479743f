package dev.rft.monitor.detect;

import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.monitor.DetectorFactory;
import dev.rft.monitor.EvidenceClass;
import dev.rft.monitor.stats.ChangeChart.Path;
import java.util.List;
import java.util.Optional;

/**
 * Built-in detectors of how rewards, and advantages, belong to responses. All but the scale of
 * advantages need trajectories.
 */
final class VerifierDetectors {

    private static final double FLAKY = 0.02;
    private static final double ALIKE = 0.02;
    private static final double CORRELATED = 0.1;
    private static final double CORRELATION_GRAIN = 0.05;

    private VerifierDetectors() {}

    static List<DetectorFactory> all() {
        return List.of(
                Detectors.factory(
                        "advantage-mismatch",
                        EvidenceClass.REWARD,
                        0,
                        rate -> new AdvantageDetector(false)),
                Detectors.factory(
                        "advantage-exchanged",
                        EvidenceClass.REWARD,
                        0,
                        rate -> new AdvantageDetector(true)),
                Detectors.factory(
                        "advantage-scale",
                        EvidenceClass.REWARD,
                        0,
                        rate -> new AdvantageScaleDetector()),
                Detectors.factory(
                        "reward-values", EvidenceClass.REWARD, 1, RewardValuesDetector::new),
                Detectors.factory(
                        "reward-contradiction",
                        EvidenceClass.REWARD,
                        1,
                        rate ->
                                Detectors.charts(
                                        ShareChannel.ofExceptions(
                                                Signals.REWARD_CONTRADICTIONS, FLAKY, rate))),
                Detectors.factory(
                        "second-answers",
                        EvidenceClass.REWARD,
                        1,
                        rate ->
                                Detectors.charts(
                                        new ShareChannel(
                                                Signals.REWARD_SECOND_ANSWERS, ALIKE, rate))),
                Detectors.factory(
                        "reward-association",
                        EvidenceClass.GENERATION,
                        1,
                        rate ->
                                new ChartDetector(
                                        List.of(
                                                correlation(
                                                        Signals.REWARD_LENGTH_CORRELATION,
                                                        1,
                                                        rate / 4),
                                                correlation(
                                                        Signals.REWARD_LENGTH_CORRELATION,
                                                        -1,
                                                        rate / 4),
                                                correlation(
                                                        Signals.REWARD_REPETITION_CORRELATION,
                                                        1,
                                                        rate / 4),
                                                correlation(
                                                        Signals.REWARD_REPETITION_CORRELATION,
                                                        -1,
                                                        rate / 4)),
                                        Optional.empty())));
    }

    private static Channel correlation(Signal signal, int sign, double rate) {
        return new Channel(
                signal, sign, Path.LEVEL, CORRELATED, new Probe.Coarse(CORRELATION_GRAIN), rate);
    }
}
