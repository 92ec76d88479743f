package dev.rft.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.Detector;
import dev.rft.monitor.DetectorState;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the tests of {@link DetectorContract} share. */
final class DetectorContracts {

    private DetectorContracts() {}

    static List<Verdict> verdicts(Detector detector, List<Observation> stream) {
        List<Verdict> verdicts = new ArrayList<>();
        for (Observation observation : stream) {
            Verdict verdict = detector.inspect(observation);
            assertThat(verdict).as("verdict at step %s", observation.key()).isNotNull();
            verdicts.add(verdict);
        }
        return verdicts;
    }

    static void assertSilent(Detector detector, List<Observation> stream) {
        RftAssertions.assertThat(detector).on(stream).staysSilent();
    }

    static StepKey onsetNotAfter(StepKey key, Evidence evidence) {
        evidence.onset()
                .ifPresent(onset -> assertThat(onset).as("onset").isLessThanOrEqualTo(key.step()));
        return key;
    }

    static int size(DetectorState state) {
        return state.values().values().stream().mapToInt(numbers -> numbers.length).sum();
    }

    static Map<String, String> text(DetectorState state) {
        Map<String, String> text = new TreeMap<>();
        state.values().forEach((name, numbers) -> text.put(name, Arrays.toString(numbers)));
        return text;
    }
}
