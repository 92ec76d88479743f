package dev.rft.faultbench.bench;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.recovery.journal.MetricsLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepetitionTest {

    @TempDir Path directory = Path.of("");

    private Path file = Path.of("");

    @BeforeEach
    void run() throws IOException {
        file = directory.resolve("metrics.jsonl");
        try (MetricsLog log = MetricsLog.open(file)) {
            log.append(at(1, Map.of(Signals.GRAD_NORM, 0.1, Signals.STEP_SECONDS, 3.0)));
            log.append(at(2, Map.of(Signals.GRAD_NORM, Double.NaN)));
        }
    }

    @Test
    void check_theSameNumbersInAnotherTime_passes() throws IOException {
        Repetition repetition = new Repetition(file);

        assertThatCode(
                        () -> {
                            repetition.check(
                                    at(
                                            1,
                                            Map.of(
                                                    Signals.GRAD_NORM,
                                                    0.1,
                                                    Signals.STEP_SECONDS,
                                                    9.0)));
                            repetition.check(at(2, Map.of(Signals.GRAD_NORM, Double.NaN)));
                        })
                .doesNotThrowAnyException();
    }

    @Test
    void check_oneDigit_isAnotherRun() throws IOException {
        Repetition repetition = new Repetition(file);

        assertThatThrownBy(
                        () -> repetition.check(at(1, Map.of(Signals.GRAD_NORM, Math.nextUp(0.1)))))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(
                        file.toString(),
                        "grad.norm of step 1 was 0.1, is 0.10000000000000002",
                        "use another directory");
    }

    @Test
    void check_aSignalMoreOrLess_anotherStep_orMoreSteps_isAnotherRun() throws IOException {
        assertThatThrownBy(
                        () ->
                                new Repetition(file)
                                        .check(
                                                at(
                                                        1,
                                                        Map.of(
                                                                Signals.GRAD_NORM,
                                                                0.1,
                                                                Signals.ENTROPY,
                                                                1.0))))
                .hasMessageContaining("entropy of step 1 was missing, is 1.0");
        assertThatThrownBy(() -> new Repetition(file).check(at(1, Map.of())))
                .hasMessageContaining("grad.norm of step 1 was 0.1, is missing");
        assertThatThrownBy(() -> new Repetition(file).check(at(2, Map.of(Signals.GRAD_NORM, 0.1))))
                .hasMessageContaining("it had step 1 where it has 2");
        Repetition repetition = new Repetition(file);
        repetition.check(at(1, Map.of(Signals.GRAD_NORM, 0.1)));
        repetition.check(at(2, Map.of(Signals.GRAD_NORM, Double.NaN)));
        assertThatThrownBy(() -> repetition.check(at(3, Map.of(Signals.GRAD_NORM, 0.1))))
                .hasMessageContaining("it had 2 steps, has more");
    }

    private static Observation at(long step, Map<Signal, Double> values) {
        return Observation.of(new StepKey(0, step, 0), values);
    }
}
