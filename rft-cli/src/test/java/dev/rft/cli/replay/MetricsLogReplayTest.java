package dev.rft.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.api.signal.StepRecord;
import dev.rft.monitor.log.LogFormat;
import dev.rft.monitor.log.LogReader;
import dev.rft.monitor.log.Logs;
import dev.rft.recovery.journal.MetricsLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What rft writes, rft reads. */
class MetricsLogReplayTest {

    @TempDir private Path dir;

    @Test
    void next_metricsLog_givesTheObservationsBack() throws IOException {
        List<Observation> written =
                List.of(
                        Observation.of(
                                new StepKey(0, 1, 0),
                                Map.of(Signals.REWARD_MEAN, 0.1, Signals.named("mine"), -3e-7)),
                        Observation.of(
                                new StepKey(0, 2, 0),
                                Map.of(
                                        Signals.GRAD_NORM,
                                        Double.NaN,
                                        Signals.KL_REFERENCE,
                                        Double.POSITIVE_INFINITY)),
                        Observation.of(new StepKey(1, 2, 0), Map.of(Signals.GRAD_NORM, 1.0 / 3)),
                        new Observation(
                                new StepRecord(
                                        "run",
                                        new StepKey(0, 2, 1),
                                        Map.of(Signals.REWARD_MEAN, 0.25, Signals.GRAD_NORM, 4.0),
                                        Map.of(Signals.REWARD_MEAN, 192)),
                                Optional.empty()));
        try (MetricsLog log = MetricsLog.open(dir.resolve("metrics.jsonl"))) {
            written.forEach(log::append);
        }

        List<Observation> read = new ArrayList<>();
        try (LogReader reader = Logs.open(dir)) {
            assertThat(reader.format()).isEqualTo(LogFormat.RFT);
            Optional<Observation> next = reader.next();
            while (next.isPresent()) {
                read.add(next.get());
                next = reader.next();
            }
            assertThat(reader.progress().skipped()).isZero();
        }

        assertThat(read)
                .extracting(Observation::key)
                .containsExactlyElementsOf(written.stream().map(Observation::key).toList());
        assertThat(read)
                .extracting(step -> step.step().values())
                .containsExactlyElementsOf(
                        written.stream().map(step -> step.step().values()).toList());
        assertThat(read)
                .extracting(step -> step.step().counts())
                .containsExactlyElementsOf(
                        written.stream().map(step -> step.step().counts()).toList());
        assertThat(MetricsLog.read(dir.resolve("metrics.jsonl")))
                .extracting(row -> row.observation().step().counts())
                .containsExactlyElementsOf(
                        written.stream().map(step -> step.step().counts()).toList());
    }
}
