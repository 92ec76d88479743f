package dev.rft.recovery.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
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

    private static final Instant TIME = JournalFixtures.TIME;
    private static final ObjectMapper JSON = new ObjectMapper();

    static void write(Path file) throws IOException {
        try (JsonlJournal journal = JsonlJournal.open(file)) {
            JournalFixtures.events().forEach(journal::on);
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
                        "RunResumed",
                        "SnapshotTaken",
                        "SnapshotVerified",
                        "SnapshotsDemoted",
                        "IncidentOpened",
                        "ActionDecided",
                        "ActionWithheld",
                        "ActionTaken",
                        "ActionVerified",
                        "IncidentClosed",
                        "ComponentQuarantined",
                        "HangSuspected",
                        "HangEnded",
                        "EventsLost",
                        "RunFinished");
    }

    @Test
    void on_incident_writesTheDocumentedFields(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("journal.jsonl");
        write(file);
        List<String> lines = Files.readAllLines(file);

        String key = "\"step\":50,\"attempt\":1,\"incarnation\":2";
        assertThat(lines.get(6))
                .isEqualTo(
                        "{\"seq\":6,\"event\":\"IncidentOpened\",\"run\":\"r\","
                                + key
                                + ",\"time\":\"2026-01-02T03:04:05Z\","
                                + "\"incident\":{\"number\":3,\"openedStep\":50,\"opened\":{"
                                + key
                                + "},\"onset\":49,"
                                + "\"cause\":\"NON-FINITE\",\"family\":\"OTHER\",\"candidates\":["
                                + "{\"cause\":\"NON-FINITE\",\"probability\":1.0,\"supporting\":[\"grad.norm"
                                + " \\u221E\"],\"opposing\":[]}],"
                                + "\"nextCheck\":{\"check\":\"look\",\"one\":\"NON-FINITE\","
                                + "\"ifOne\":\"it is \\u221E\",\"other\":\"OUTAGE\","
                                + "\"ifOther\":\"it is not\"},"
                                + "\"findings\":[{\"detector\":\"not-finite\",\"class\":\"GRADIENT\","
                                + "\"signal\":\"grad.norm\",\"observed\":\"NaN\","
                                + "\"expected\":\"finite\",\"since\":49,\"invariant\":true}],"
                                + "\"attempts\":[{\"action\":{\"name\":\"SetKnob\","
                                + "\"knob\":\"temperature\",\"min\":0.001,\"max\":100.0,\"value\":0.5},"
                                + "\"cause\":\"NON-FINITE\","
                                + key
                                + ",\"outcome\":\"NO_EFFECT\",\"reason\":\"again\"}],\"earlier\":[]},"
                                + "\"signals\":{\"grad.norm\":\"NaN\",\"reward.mean\":0.5}}");
        assertThat(lines.get(9))
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
                .hasSize(33)
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
        assertThat(Files.readAllLines(file)).hasSize(17);
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
            JournalFixtures.events().forEach(log::on);
            log.append(Observation.of(7, Map.of(Signals.REWARD_MEAN, 0.25)));
        }

        assertThat(Files.readAllLines(file))
                .containsExactly(
                        "{\"schema\":\"rft-metrics\",\"version\":1}",
                        "{\"seq\":1,\"run\":\"r\",\"step\":50,\"attempt\":1,\"incarnation\":2,"
                                + "\"time\":\"2026-01-02T03:04:05Z\",\"discarded\":1,"
                                + "\"values\":{\"grad.norm\":\"Infinity\"},\"alarms\":[\"not-finite\"]}",
                        "{\"seq\":2,\"run\":\"run\",\"step\":7,\"attempt\":0,\"incarnation\":0,"
                                + "\"time\":\"2026-01-02T03:04:05Z\",\"discarded\":0,"
                                + "\"values\":{\"reward.mean\":0.25},\"alarms\":[]}");
    }
}
