package dev.rft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.StepKey;
import dev.rft.api.signal.StepRecord;
import dev.rft.monitor.Detector;
import dev.rft.monitor.DetectorState;
import dev.rft.monitor.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * What holds for every detector. A test class implements this interface and inherits its tests:
 *
 * <pre>{@code
 * class TooLongTest implements DetectorContract {
 *     public Detector detector() { return new TooLong(900); }
 *     public Series healthy() { return Series.ar1(RESPONSE_LENGTH, 600, 0.5, 20, 1); }
 * }
 * }</pre>
 */
public interface DetectorContract {

    /** Returns a new detector in its initial state; all are equal. */
    Detector detector();

    /** Returns healthy values of all signals that the detector reads. */
    Series healthy();

    /**
     * Returns whether a value that is not finite, or is absurdly large, is what the detector looks
     * for.
     */
    default boolean reportsWildValues() {
        return false;
    }

    /** The same observations give the same verdicts. */
    @Test
    default void inspect_sameStream_givesSameVerdicts() {
        List<Observation> stream = healthy().steps(200);
        assertThat(DetectorContracts.verdicts(detector(), stream))
                .isEqualTo(DetectorContracts.verdicts(detector(), stream));
    }

    /**
     * A detector restored in mid-stream goes on as the one that was saved, after a fault as well.
     */
    @Test
    default void restore_inMidStream_givesSameVerdictsAfterwards() {
        List<Observation> stream = new ArrayList<>(healthy().steps(120));
        stream.addAll(healthy().scaleBy(50, Series.at(121)).steps(200).subList(120, 200));
        for (int cut : new int[] {7, 40, 121, 130}) {
            Detector original = detector();
            DetectorContracts.verdicts(original, stream.subList(0, cut));
            Detector restored = detector();
            restored.restore(original.save());
            List<Observation> rest = stream.subList(cut, stream.size());
            assertThat(DetectorContracts.verdicts(restored, rest))
                    .as("verdicts after a restore at step %s", cut)
                    .isEqualTo(DetectorContracts.verdicts(original, rest));
        }
    }

    /** The empty state is the initial one: a detector rewound to it begins anew. */
    @Test
    default void restore_ofTheInitialState_beginsAnew() {
        List<Observation> stream = healthy().steps(100);
        Detector used = detector();
        DetectorState initial = used.save();
        List<Verdict> first = DetectorContracts.verdicts(used, stream);
        used.restore(initial);
        assertThat(DetectorContracts.verdicts(used, stream)).isEqualTo(first);
    }

    /** A step without its signals is not evaluated, and changes nothing. */
    @Test
    default void inspect_missingSignals_isNotEvaluated() {
        Detector detector = detector();
        for (int step = 1; step <= 40; step++) {
            assertThat(detector.inspect(Observation.of(step, Map.of())))
                    .isInstanceOf(Verdict.NotEvaluated.class);
        }
    }

    /** Signals that are logged every third step are enough. */
    @Test
    default void inspect_signalsEveryThirdStep_raisesNoAlarm() {
        DetectorContracts.assertSilent(detector(), healthy().every(3).steps(300));
    }

    /** Wild values neither throw nor enter what was learned. */
    @Test
    default void inspect_wildValues_neitherThrowsNorPoisons() {
        double[] wild = {
            Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e300, -1e300, 0, 1e-300
        };
        for (double value : wild) {
            for (int at : new int[] {1, 10, 100}) {
                Series series = healthy().spike(value, Series.at(at));
                Detector detector = detector();
                for (Observation observation : series.steps(200)) {
                    Verdict verdict = detector.inspect(observation);
                    boolean later = observation.key().step() != at;
                    if (later || (!Double.isFinite(value) && !reportsWildValues())) {
                        assertThat(verdict)
                                .as(
                                        "value %s at step %s, verdict at %s",
                                        value, at, observation.key())
                                .isNotInstanceOf(Verdict.Violated.class);
                    }
                }
            }
        }
    }

    /** Nothing is judged too early, and a healthy stream raises no alarm. */
    @Test
    default void inspect_healthyStream_raisesNoAlarm() {
        DetectorContracts.assertSilent(detector(), healthy().steps(500));
    }

    /** After a rollback the steps go back under a new attempt, which is no news. */
    @Test
    default void inspect_stepsGoBack_raisesNoAlarmAndNamesNoLaterOnset() {
        Detector detector = detector();
        List<Observation> stream = healthy().steps(400);
        for (int i = 0; i < stream.size(); i++) {
            StepKey key = i < 200 ? new StepKey(0, i + 1L, 0) : new StepKey(1, i - 99L, 0);
            StepRecord step = stream.get(i).step();
            Observation moved =
                    new Observation(
                            new StepRecord(step.runId(), key, step.values(), step.counts()),
                            Optional.empty());
            detector.inspect(moved)
                    .match(
                            healthy -> key,
                            suspect -> DetectorContracts.onsetNotAfter(key, suspect.evidence()),
                            violated -> {
                                throw new AssertionError("alarm at " + key + ": " + violated);
                            },
                            notEvaluated -> key);
        }
    }

    /** What a detector holds does not grow with the run. */
    @Test
    default void save_longRun_doesNotGrow() {
        Detector detector = detector();
        List<Observation> stream = healthy().steps(10_000);
        DetectorContracts.verdicts(detector, stream.subList(0, 1_000));
        int early = DetectorContracts.size(detector.save());
        DetectorContracts.verdicts(detector, stream.subList(1_000, stream.size()));
        assertThat(DetectorContracts.size(detector.save())).isLessThanOrEqualTo(early);
    }

    /** A state that was saved is not changed by what the detector sees later. */
    @Test
    default void save_thenInspect_leavesSavedStateAlone() {
        Detector detector = detector();
        List<Observation> stream = healthy().steps(100);
        DetectorContracts.verdicts(detector, stream.subList(0, 50));
        DetectorState saved = detector.save();
        Map<String, String> before = DetectorContracts.text(saved);
        DetectorContracts.verdicts(detector, stream.subList(50, 100));
        assertThat(DetectorContracts.text(saved)).isEqualTo(before);
    }

    /** A signal that the detector does not know does not disturb it. */
    @Test
    default void inspect_unknownSignal_isIgnored() {
        Signal unknown =
                Signal.of("contract.unknown", "", Signal.Direction.NONE, Signal.Scale.LINEAR);
        Detector with = detector();
        Detector without = detector();
        for (Observation observation : healthy().steps(60)) {
            Map<Signal, Double> more = new HashMap<>(observation.step().values());
            more.put(unknown, 1.0);
            StepRecord step = observation.step();
            Observation extended =
                    new Observation(
                            new StepRecord(step.runId(), step.key(), more, step.counts()),
                            Optional.empty());
            assertThatCode(() -> detector().inspect(extended)).doesNotThrowAnyException();
            assertThat(with.inspect(extended)).isEqualTo(without.inspect(observation));
        }
    }
}
