package dev.rft.monitor.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.api.signal.StepRecord;
import dev.rft.monitor.Detector;
import dev.rft.monitor.DetectorFactory;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.EvidenceClass;
import dev.rft.monitor.Verdict;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What a person reads of an alarm: what was compared lies beyond the range that was expected. */
class EvidenceTextTest {

    private static final String NUMBER = "(-?[0-9.]+(?:e[+-][0-9]+)?)";
    private static final Pattern RANGE =
            Pattern.compile(
                    "about "
                            + NUMBER
                            + ", (on average )?(?:at most|(at least)|tolerated up to) "
                            + NUMBER
                            + "(?: and not "
                            + NUMBER
                            + ")?(, exceeded before)?");

    private static Detector detector(Signal signal) {
        DetectorFactory factory =
                signal.scale() == Signal.Scale.FRACTION && signal.adverse() == Signal.Direction.UP
                        ? Detectors.factory(
                                "share",
                                EvidenceClass.GENERATION,
                                1,
                                rate -> Detectors.charts(new ShareChannel(signal, 0.02, rate)))
                        : Detectors.change("change", EvidenceClass.GENERATION, signal);
        return factory.create(1e-4);
    }

    private static Optional<Evidence> evidence(Verdict verdict) {
        return verdict.match(
                healthy -> Optional.empty(),
                suspect -> Optional.of(suspect.evidence()),
                violated -> Optional.of(violated.evidence()),
                notEvaluated -> Optional.empty());
    }

    @Property(tries = 300)
    void evidence_ofAnAlarm_isBeyondWhatWasExpected(
            @ForAll long seed,
            @ForAll @IntRange(min = 0, max = 4) int which,
            @ForAll @DoubleRange(min = -4, max = 4) double shift,
            @ForAll @DoubleRange(min = -0.2, max = 0.2) double drift) {
        Signal signal =
                List.of(
                                Signals.REWARD_MEAN,
                                Signals.GRAD_NORM,
                                Signals.RESPONSE_LENGTH,
                                Signals.RESPONSE_DISTINCT,
                                Signals.RESPONSE_TRUNCATED)
                        .get(which);
        Random random = new Random(seed);
        Detector detector = detector(signal);
        double x = 0;
        for (int step = 1; step <= 120; step++) {
            x = 0.3 * x + random.nextGaussian();
            double at = x + (step > 50 ? shift + drift * (step - 50) : 0);
            double value =
                    switch (signal.scale()) {
                        case LINEAR -> at;
                        case LOG -> Math.exp(0.3 * at);
                        case FRACTION -> Math.rint(64 / (1 + Math.exp(1 - 0.5 * at))) / 64;
                    };
            Map<Signal, Integer> counts =
                    signal.scale() == Signal.Scale.FRACTION ? Map.of(signal, 64) : Map.of();
            Verdict verdict =
                    detector.inspect(
                            new Observation(
                                    new StepRecord(
                                            "run",
                                            new StepKey(0, step, 0),
                                            Map.of(signal, value),
                                            counts),
                                    Optional.empty()));
            evidence(verdict).ifPresent(EvidenceTextTest::assertConsistent);
        }
    }

    private static void assertConsistent(Evidence evidence) {
        Matcher range = RANGE.matcher(evidence.expected());
        assertThat(range.matches()).as(evidence.expected()).isTrue();
        if (range.group(6) != null) {
            return; // The text says that it is about the steps before.
        }
        double compared =
                range.group(2) == null ? evidence.observed() : Double.parseDouble(range.group(5));
        double limit = Double.parseDouble(range.group(4));
        double beyond = range.group(3) == null ? compared - limit : limit - compared;
        // Numbers are printed with three digits or four.
        assertThat(beyond).as(evidence.toString()).isGreaterThan(-0.005 * Math.abs(limit) - 1e-9);
        assertThat(evidence.onset()).isPresent();
    }

    /** Four deviations lower than usual: no value is far out, their mean since the onset is. */
    @Test
    void evidence_ofADrift_saysTheMeanSinceItsOnset() {
        Random random = new Random(3);
        Detector detector = Detectors.rewardCollapse().create(1e-4);
        for (int step = 1; step <= 140; step++) {
            double reward = 0.6 + 0.02 * random.nextGaussian() - (step > 100 ? 0.08 : 0);
            Verdict verdict =
                    detector.inspect(Observation.of(step, Map.of(Signals.REWARD_MEAN, reward)));
            if (verdict instanceof Verdict.Violated violated) {
                assertThat(violated.evidence().toString())
                        .matches(
                                "reward\\.mean = 0\\.\\d+, expected about 0\\.\\d+, on"
                                        + " average at least 0\\.\\d+ and not 0\\.5\\d+, since step"
                                        + " \\d+");
                return;
            }
        }
        throw new AssertionError("no alarm");
    }
}
