package dev.rft.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.control.Knob;
import dev.rft.api.control.TrainingLoop;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.AlarmBudget;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.EvidenceClass;
import dev.rft.monitor.Monitor;
import dev.rft.monitor.Verdict;
import dev.rft.recovery.Supervisor;
import dev.rft.recovery.journal.JsonlJournal;
import dev.rft.recovery.journal.MetricsLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page is made from files that a real supervisor wrote, not from a fixture's idea of them. */
class RealJournalTest {

    private static final long ONSET = 41;

    @TempDir Path dir;

    @Test
    void read_filesOfASupervisedRun_tellsTheRepair() throws IOException {
        RunFiles files = new RunFiles(dir);
        Files.createDirectories(files.supervisedMetrics().getParent());
        Files.createDirectories(files.unsupervisedMetrics().getParent());
        double[] rate = {1.0};
        long[] executed = {0};
        TrainingLoop loop =
                TrainingLoop.ofSteps(key -> step(key, rate[0], ++executed[0] >= ONSET))
                        .withSnapshots(() -> 0, state -> {}, 8)
                        .withKnob(Knob.LEARNING_RATE, () -> rate[0], value -> rate[0] = value);
        try (JsonlJournal journal = JsonlJournal.open(files.supervisedJournal());
                MetricsLog metrics = MetricsLog.open(files.supervisedMetrics())) {
            Supervisor.of(loop)
                    .monitor(
                            Monitor.builder(AlarmBudget.perTenThousandSteps(1))
                                    .with("too-large", EvidenceClass.GRADIENT, this::tooLarge)
                                    .build())
                    .listener(journal)
                    .listener(metrics)
                    .run(100);
        }
        Files.copy(files.supervisedMetrics(), files.unsupervisedMetrics());
        new Summary(
                        1,
                        100,
                        "lr-spike",
                        "The learning rate rose",
                        OptionalLong.of(ONSET),
                        OptionalLong.of(ONSET),
                        Optional.of("OD-1"),
                        List.of("Rollback"),
                        OptionalDouble.of(0.5),
                        0.6,
                        0.1,
                        1)
                .write(files.summary());

        ReportData data = ReportData.read(dir);

        assertThat(data.incidents()).hasSize(1);
        IncidentStory story = data.incidents().get(0);
        assertThat(story.openedStep()).isEqualTo(ONSET);
        IncidentStory.Action last = story.actions().get(story.actions().size() - 1);
        assertThat(last.helped()).isTrue();
        assertThat(last.reason()).isNotEmpty();
        assertThat(Marker.of(data)).extracting(Marker::kind).contains("fault", "alarm", "verified");
    }

    private static Observation step(StepKey key, double rate, boolean broken) {
        double update = broken ? 30 * rate : rate;
        return Observation.of(
                key, Map.of(Signals.UPDATE_NORM, update, Signals.LEARNING_RATE, rate));
    }

    private Verdict tooLarge(Observation observation) {
        double norm = observation.value(Signals.UPDATE_NORM).orElseThrow();
        return norm > 2
                ? Verdict.violated(
                        Evidence.of(Signals.UPDATE_NORM, norm, "<= 2")
                                .since(observation.key().step())
                                .asInvariant())
                : Verdict.healthy();
    }
}
