package dev.rft.monitor.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NextChecksTest {

    private static final Experiment LOOK =
            new Experiment("look", 2, Map.of(Cause.HANG, "it hangs"), "it runs");

    private static Fingerprint.Trait trait(Signal signal, Signal.Direction way, double weight) {
        return new Fingerprint.Trait(signal, way, weight, 0, 0);
    }

    private static Fingerprints fingerprints(
            List<Fingerprint.Trait> hang, List<Fingerprint.Trait> outage, Experiment... checks) {
        return new Fingerprints(
                new Stages(Map.of(), Set.of()),
                List.of(
                        new Fingerprint(Cause.HANG, Optional.empty(), Map.of(), hang, Set.of()),
                        new Fingerprint(
                                Cause.OUTAGE, Optional.empty(), Map.of(), outage, Set.of())),
                List.of(checks),
                1,
                1,
                0.9);
    }

    private static List<Diagnosis.Candidate> ranked(double unknown, double hang, double outage) {
        return List.of(
                        new Diagnosis.Candidate(Cause.UNKNOWN, unknown, List.of(), List.of()),
                        new Diagnosis.Candidate(Cause.HANG, hang, List.of(), List.of()),
                        new Diagnosis.Candidate(Cause.OUTAGE, outage, List.of(), List.of()))
                .stream()
                .sorted((one, other) -> Double.compare(other.probability(), one.probability()))
                .toList();
    }

    /** Twenty steps of noise around 1, then one with other values. */
    private static Shifts shifts(Map<Signal, Double> now) {
        Random random = new Random(3);
        List<Observation> run = new ArrayList<>();
        for (int step = 1; step <= 20; step++) {
            Map<Signal, Double> values = new HashMap<>();
            now.keySet().forEach(signal -> values.put(signal, 1 + 0.1 * random.nextGaussian()));
            run.add(Observation.of(step, values));
        }
        run.add(Observation.of(21, now));
        return new Shifts(run, 21);
    }

    private static Optional<NextCheck> next(
            Fingerprints fingerprints, Map<Signal, Double> now, List<Diagnosis.Candidate> ranked) {
        return new NextChecks(fingerprints, shifts(now)).of(ranked);
    }

    @Test
    void of_closeCandidates_namesTheExperiment() {
        Fingerprints known = fingerprints(List.of(), List.of(), LOOK);

        assertThat(next(known, Map.of(), ranked(0.1, 0.5, 0.4)))
                .contains(new NextCheck("look", Cause.HANG, "it hangs", Cause.OUTAGE, "it runs"));
        assertThat(next(known, Map.of(), ranked(0.1, 0.3, 0.6)))
                .contains(new NextCheck("look", Cause.OUTAGE, "it runs", Cause.HANG, "it hangs"));
    }

    @Test
    void of_oneClearlyAhead_isEmptyUnlessTheDiagnosisAbstains() {
        Fingerprints known = fingerprints(List.of(), List.of(), LOOK);

        assertThat(next(known, Map.of(), ranked(0.1, 0.8, 0.1))).isEmpty();
        assertThat(next(known, Map.of(), ranked(0.6, 0.35, 0.05))).isPresent();
    }

    @Test
    void of_signalThatSeparatesMore_isToBeLogged() {
        // It rises under HANG (2 for HANG, 1 against OUTAGE), and stays under OUTAGE (0).
        Fingerprints known =
                fingerprints(
                        List.of(trait(Signals.STEP_SECONDS, Signal.Direction.UP, 2)),
                        List.of(trait(Signals.STEP_SECONDS, Signal.Direction.UP, -3)),
                        LOOK);

        assertThat(next(known, Map.of(), ranked(0.1, 0.5, 0.4)))
                .contains(
                        new NextCheck(
                                "log step.seconds",
                                Cause.HANG,
                                "it rises",
                                Cause.OUTAGE,
                                "it stays"));
    }

    @Test
    void of_signalThatIsLogged_saysNoMoreOnceItIsClear() {
        Fingerprints known =
                fingerprints(
                        List.of(trait(Signals.ENTROPY, Signal.Direction.UP, 3)),
                        List.of(trait(Signals.ENTROPY, Signal.Direction.DOWN, 3)));
        List<Diagnosis.Candidate> close = ranked(0.1, 0.5, 0.4);

        assertThat(next(known, Map.of(Signals.ENTROPY, 5.0), close)).isEmpty();
        assertThat(next(known, Map.of(Signals.ENTROPY, 1.0), close)).isEmpty();
        assertThat(next(known, Map.of(Signals.ENTROPY, 1.2), close))
                .get()
                .extracting(NextCheck::what, NextCheck::ifOne, NextCheck::ifOther)
                .containsExactly("watch entropy", "it rises", "it falls");
    }
}
