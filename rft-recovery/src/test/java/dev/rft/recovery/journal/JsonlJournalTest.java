package dev.rft.recovery.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rft.api.control.Knob;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.EvidenceClass;
import dev.rft.monitor.Finding;
import dev.rft.monitor.Verdict;
import dev.rft.monitor.diagnose.Cause;
import dev.rft.monitor.diagnose.Diagnosis;
import dev.rft.recovery.Attempt;
import dev.rft.recovery.Incident;
import dev.rft.recovery.Outcome;
import dev.rft.recovery.RecoveryAction;
import dev.rft.recovery.event.RftEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonlJournalTest {

    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");
    private static final StepKey KEY = new StepKey(1, 50, 2);
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Finding NAN =
            new Finding(
                    "not-finite",
                    EvidenceClass.GRADIENT,
                    Verdict.violated(
                            Evidence.of(Signals.GRAD_NORM, Double.NaN, "finite")
                                    .since(49)
                                    .asInvariant()));

    private static final Incident INCIDENT =
            new Incident(
                    3,
                    KEY,
                    49,
                    List.of(NAN),
                    new Diagnosis(
                            List.of(
                                    new Diagnosis.Candidate(
                                            Cause.NON_FINITE,
                                            1,
                                            List.of("grad.norm ∞"),
                                            List.of()))),
                    List.of(
                            new Attempt(
                                    new RecoveryAction.SetKnob(Knob.TEMPERATURE, 0.5),
                                    Cause.NON_FINITE,
                                    KEY,
                                    Outcome.NO_EFFECT,
                                    "again")),
                    List.of());

    private static List<RftEvent> events() {
        return List.of(
                new RftEvent.RunStarted("r", StepKey.START, TIME, 100),
                new RftEvent.StepCompleted(
                        "r",
                        KEY,
                        TIME,
                        Observation.of(KEY, Map.of(Signals.GRAD_NORM, Double.POSITIVE_INFINITY)),
                        List.of(NAN),
                        1),
                new RftEvent.SnapshotTaken("r", KEY, TIME, 77),
                new RftEvent.SnapshotVerified("r", KEY, TIME, new StepKey(0, 40, 0)),
                new RftEvent.SnapshotsDemoted("r", KEY, TIME, List.of(new StepKey(0, 50, 0))),
                new RftEvent.IncidentOpened("r", KEY, TIME, INCIDENT),
                new RftEvent.ActionTaken(
                        "r",
                        KEY,
                        TIME,
                        3,
                        new RecoveryAction.Rollback(49, 0.5),
                        new StepKey(2, 40, 2)),
                new RftEvent.ActionVerified(
                        "r",
                        KEY,
                        TIME,
                        3,
                        new Attempt(
                                new RecoveryAction.Halt("enough"),
                                Cause.NON_FINITE,
                                KEY,
                                Outcome.PENDING,
                                "")),
                new RftEvent.IncidentClosed("r", KEY, TIME, INCIDENT),
                new RftEvent.ComponentQuarantined("r", KEY, TIME, "policy 1", "bug"),
                new RftEvent.RunFinished("r", KEY, TIME, false, "halted"));
    }

    static void write(Path file) throws IOException {
        try (JsonlJournal journal = JsonlJournal.open(file)) {
            events().forEach(journal::on);
        }
    }

    static Optional<JsonNode> parsed(String line) {
        try {
            return Optional.of(JSON.readTree(line)).filter(JsonNode::isObject);
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    @Test
    void on_everyEventButSteps_isALineOfJson(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("journal.jsonl");
        write(file);

        List<JsonNode> lines =
                Files.readAllLines(file).stream().map(line -> parsed(line).orElseThrow()).toList();

        assertThat(lines.get(0).toString()).isEqualTo("{\"schema\":\"rft-journal\",\"version\":1}");
        assertThat(lines.subList(1, lines.size()))
                .extracting(line -> line.get("event").asText())
                .containsExactly(
                        "RunStarted",
                        "SnapshotTaken",
                        "SnapshotVerified",
                        "SnapshotsDemoted",
                        "IncidentOpened",
                        "ActionTaken",
                        "ActionVerified",
                        "IncidentClosed",
                        "ComponentQuarantined",
                        "RunFinished");
    }

    @Test
    void on_incident_writesTheDocumentedFields(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("journal.jsonl");
        write(file);
        List<String> lines = Files.readAllLines(file);

        assertThat(lines.get(5))
                .isEqualTo(
                        "{\"event\":\"IncidentOpened\",\"run\":\"r\",\"step\":50,\"attempt\":1,"
                                + "\"incarnation\":2,\"time\":\"2026-01-02T03:04:05Z\","
                                + "\"incident\":{\"number\":3,\"openedStep\":50,\"onset\":49,"
                                + "\"cause\":\"NON-FINITE\",\"family\":\"OTHER\",\"candidates\":["
                                + "{\"cause\":\"NON-FINITE\",\"probability\":1.0,\"supporting\":[\"grad.norm"
                                + " \\u221E\"],\"opposing\":[]}],"
                                + "\"findings\":[{\"detector\":\"not-finite\",\"class\":\"GRADIENT\","
                                + "\"signal\":\"grad.norm\",\"observed\":\"NaN\","
                                + "\"expected\":\"finite\",\"since\":49,\"invariant\":true}],"
                                + "\"attempts\":[{\"action\":{\"name\":\"SetKnob\","
                                + "\"knob\":\"temperature\",\"value\":0.5},\"step\":50,\"attempt\":1,"
                                + "\"incarnation\":2,\"outcome\":\"NO_EFFECT\",\"reason\":\"again\"}]}}");
        assertThat(lines.get(6))
                .endsWith(
                        "\"incident\":3,\"action\":{\"name\":\"Rollback\",\"onset\":49,"
                                + "\"learningRateFactor\":0.5},\"resumesAfter\":{\"step\":40,"
                                + "\"attempt\":2,\"incarnation\":2}}");
    }

    @Test
    void open_existingFile_appendsWithoutASecondHeader(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("journal.jsonl");
        write(file);
        write(file);

        assertThat(Files.readAllLines(file))
                .hasSize(21)
                .filteredOn(l -> l.contains("schema"))
                .hasSize(1);
    }

    @Test
    void on_interruptedThread_stillWrites(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("journal.jsonl");
        Thread.currentThread().interrupt();
        try {
            write(file);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(Files.readAllLines(file)).hasSize(11);
    }

    @Test
    void close_twice_doesNothing(@TempDir Path directory) throws IOException {
        JsonlJournal journal = JsonlJournal.open(directory.resolve("journal.jsonl"));
        journal.close();
        journal.close();
    }

    @Test
    void metrics_fromEventsAndByHand_haveTheSameFields(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("metrics.jsonl");
        try (MetricsLog log = MetricsLog.open(file, Clock.fixed(TIME, ZoneOffset.UTC))) {
            events().forEach(log::on);
            log.append(Observation.of(7, Map.of(Signals.REWARD_MEAN, 0.25)));
        }

        assertThat(Files.readAllLines(file))
                .containsExactly(
                        "{\"schema\":\"rft-metrics\",\"version\":1}",
                        "{\"run\":\"r\",\"step\":50,\"attempt\":1,\"incarnation\":2,"
                                + "\"time\":\"2026-01-02T03:04:05Z\",\"discarded\":1,"
                                + "\"values\":{\"grad.norm\":\"Infinity\"},\"alarms\":[\"not-finite\"]}",
                        "{\"run\":\"run\",\"step\":7,\"attempt\":0,\"incarnation\":0,"
                                + "\"time\":\"2026-01-02T03:04:05Z\",\"discarded\":0,"
                                + "\"values\":{\"reward.mean\":0.25},\"alarms\":[]}");
    }
}
