package dev.rft.recovery.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rft.api.control.Knob;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.diagnose.Cause;
import dev.rft.recovery.RecoveryAction;
import dev.rft.recovery.event.RftEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalReaderTest {

    private static final Instant TIME = JournalFixtures.TIME;

    @TempDir private Path directory = Path.of("");
    private Path file = Path.of("");

    @BeforeEach
    void file() {
        file = directory.resolve("journal.jsonl");
    }

    private void write(List<RftEvent> events) throws IOException {
        try (JsonlJournal journal = JsonlJournal.open(file)) {
            events.forEach(journal::on);
        }
    }

    private void replace(int line, String by) throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(file));
        lines.set(line - 1, by);
        Files.write(file, lines);
    }

    @Test
    void read_everyEvent_isWhatWasWritten() throws IOException {
        write(JournalFixtures.events());

        Journal journal = JournalReader.read(file);

        List<RftEvent> journaled =
                JournalFixtures.events().stream()
                        .filter(event -> !(event instanceof RftEvent.StepCompleted))
                        .toList();
        assertThat(journal.entries()).extracting(JournalEntry::event).isEqualTo(journaled);
        assertThat(journal.entries().get(15).sequence()).isEqualTo(16);
        assertThat(journal.runId()).hasValue("r");
        assertThat(journal.nextIncarnation()).isEqualTo(3);
    }

    @Test
    void read_everyAction_isWhatWasWritten() throws IOException {
        List<RecoveryAction> actions =
                List.of(
                        new RecoveryAction.Continue(),
                        new RecoveryAction.SkipStep(),
                        new RecoveryAction.ScaleLearningRate(0.1),
                        new RecoveryAction.SetKnob(new Knob("mine", -1, 1), 0.25),
                        new RecoveryAction.Rollback(7, 1.0 / 3),
                        new RecoveryAction.ResetOptimizer(),
                        new RecoveryAction.Restart(9),
                        new RecoveryAction.RestartInPlace(),
                        new RecoveryAction.Halt("\"why\"\n\u00e4"));
        write(
                actions.stream()
                        .<RftEvent>map(
                                action ->
                                        new RftEvent.ActionDecided(
                                                "r",
                                                JournalFixtures.KEY,
                                                TIME,
                                                1,
                                                Cause.UNKNOWN,
                                                action))
                        .toList());

        assertThat(JournalReader.read(file).entries())
                .extracting(entry -> ((RftEvent.ActionDecided) entry.event()).action())
                .isEqualTo(actions);
    }

    @Test
    void read_tornLastLine_isPassedOverAndSaid() throws IOException {
        write(JournalFixtures.events());
        Files.writeString(file, "{\"seq\":17,\"ev", StandardOpenOption.APPEND);

        Journal journal = JournalReader.read(file);

        assertThat(journal.torn()).isTrue();
        assertThat(journal.entries()).hasSize(16);
    }

    @Test
    void read_tornLineInTheMiddle_isAnErrorThatNamesIt() throws IOException {
        write(JournalFixtures.events());
        replace(5, "{\"seq\":4,\"ev");

        assertThatThrownBy(() -> JournalReader.read(file))
                .isInstanceOf(IOException.class)
                .hasMessage(file + ", line 5: must be a JSON object, was '{\"seq\":4,\"ev'");
    }

    @Test
    void read_lostOrDoubledLine_isSeen() throws IOException {
        write(JournalFixtures.events());
        List<String> lines = Files.readAllLines(file);
        List<String> lost = new ArrayList<>(lines);
        lost.remove(3);
        Files.write(file, lost);

        assertThatThrownBy(() -> JournalReader.read(file))
                .hasMessageContaining(
                        "line 4: seq: must be 3, was 4: lines are missing or doubled");

        List<String> doubled = new ArrayList<>(lines);
        doubled.add(4, lines.get(3));
        Files.write(file, doubled);

        assertThatThrownBy(() -> JournalReader.read(file))
                .hasMessageContaining("line 5: seq: must be 4, was 3");
    }

    @Test
    void read_fieldOfAnotherType_namesLineAndField() throws IOException {
        write(JournalFixtures.events());
        String line = Files.readAllLines(file).get(3);
        replace(4, line.replace("\"bytes\":77", "\"bytes\":\"77\""));

        assertThatThrownBy(() -> JournalReader.read(file))
                .hasMessage(file + ", line 4: bytes: must be an integer of 64 bits, was \"77\"");
    }

    @Test
    void read_unknownEvent_isAnError() throws IOException {
        write(JournalFixtures.events());
        String line = Files.readAllLines(file).get(3);
        replace(4, line.replace("SnapshotTaken", "FromTheFuture"));

        assertThatThrownBy(() -> JournalReader.read(file))
                .hasMessageContaining("line 4: event: must be known, was 'FromTheFuture'");
    }

    @Test
    void read_unknownField_isPassedOver() throws IOException {
        write(JournalFixtures.events());
        String line = Files.readAllLines(file).get(3);
        replace(4, line.replace("{\"seq\"", "{\"new\":[1,{}],\"seq\""));

        assertThat(JournalReader.read(file).entries()).hasSize(16);
    }

    @Test
    void open_newerVersionOtherSchemaOrForeignFile_saysSoAndChangesNothing() throws IOException {
        for (String content :
                List.of(
                        "{\"schema\":\"rft-journal\",\"version\":2}\n",
                        "{\"schema\":\"rft-metrics\",\"version\":1}\n",
                        "important notes\n",
                        "important notes, no line break",
                        "[]\n",
                        "{\"schema\":\"rft-journal\",\"version\":1}\n{\"seq\":2}\n")) {
            Files.writeString(file, content);

            assertThatThrownBy(() -> JsonlJournal.open(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("line ")
                    .hasMessageContaining("must be");
            assertThat(file).hasContent(content);
        }
    }

    @Test
    void open_newerVersion_namesBoth() throws IOException {
        Files.writeString(file, "{\"schema\":\"rft-journal\",\"version\":2}\n");

        assertThatThrownBy(() -> JsonlJournal.open(file))
                .hasMessage(
                        file
                                + ", line 1: version: must be 1, was 2: it was written by a newer"
                                + " rft");
    }

    @Test
    void open_journalOfAnotherRun_saysSo() throws IOException {
        write(JournalFixtures.events());

        assertThatThrownBy(() -> JsonlJournal.open(file, "mine"))
                .isInstanceOf(IOException.class)
                .hasMessage(file + ": must be a journal of run 'mine', is of 'r'");
        JsonlJournal.open(file, "r").close();
    }

    @Test
    void open_whileAnotherWrites_saysSo() throws IOException {
        try (JsonlJournal first = JsonlJournal.open(file)) {
            assertThatThrownBy(() -> JsonlJournal.open(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("is being written by another run");
            first.on(JournalFixtures.events().get(0));
        }
        assertThat(JournalReader.read(file).entries()).hasSize(1);
    }

    @Test
    void effective_resumedRun_supersedesWhatCameAfterTheSnapshot() {
        StepKey crashed = new StepKey(0, 57, 0);
        List<RftEvent> events =
                List.of(
                        started(),
                        taken(40, 0),
                        new RftEvent.ActionTaken(
                                "r",
                                crashed,
                                TIME,
                                1,
                                new RecoveryAction.Rollback(50, 1),
                                new StepKey(1, 40, 0)),
                        new RftEvent.SnapshotTaken("r", new StepKey(1, 45, 0), TIME, 1),
                        resumed(40, 1),
                        taken(50, 1),
                        resumed(40, 2),
                        taken(60, 2));

        Journal journal = journal(events);

        assertThat(journal.effective())
                .extracting(JournalEntry::sequence)
                .containsExactly(1L, 2L, 7L, 8L);
        assertThat(journal.isOnLine(new StepKey(0, 40, 0))).isTrue();
        assertThat(journal.isOnLine(new StepKey(0, 41, 0))).isFalse();
        assertThat(journal.isOnLine(new StepKey(1, 44, 0))).isFalse();
        assertThat(journal.isOnLine(new StepKey(0, 45, 1))).isFalse();
        assertThat(journal.isOnLine(new StepKey(0, 60, 2))).isTrue();
    }

    @Test
    void effective_resumeFromALaterIncarnation_keepsTheEarlier() {
        List<RftEvent> events =
                List.of(
                        started(),
                        taken(40, 0),
                        taken(50, 0),
                        resumed(40, 1),
                        taken(60, 1),
                        taken(70, 1),
                        new RftEvent.RunResumed(
                                "r",
                                new StepKey(0, 60, 2),
                                TIME,
                                new StepKey(0, 60, 1),
                                100,
                                Map.of()));

        assertThat(journal(events).effective())
                .extracting(JournalEntry::sequence)
                .containsExactly(1L, 2L, 4L, 5L, 7L);
    }

    @Test
    void effective_runStartedAnew_supersedesEverything() {
        assertThat(journal(List.of(started(), taken(10, 0), started())).effective())
                .extracting(JournalEntry::sequence)
                .containsExactly(3L);
    }

    @Test
    void isOnLine_stepsThatARollbackTookBack_areNot() {
        Journal journal =
                journal(
                        List.of(
                                started(),
                                new RftEvent.ActionTaken(
                                        "r",
                                        new StepKey(0, 57, 0),
                                        TIME,
                                        1,
                                        new RecoveryAction.Rollback(50, 1),
                                        new StepKey(1, 40, 0))));

        assertThat(journal.isOnLine(new StepKey(0, 40, 0))).isTrue();
        assertThat(journal.isOnLine(new StepKey(0, 41, 0))).isFalse();
        assertThat(journal.isOnLine(new StepKey(0, 57, 0))).isFalse();
        assertThat(journal.isOnLine(new StepKey(1, 41, 0))).isTrue();
    }

    @Test
    void metrics_resumedRun_haveOneEffectiveRowPerStep() throws IOException {
        try (MetricsLog log = MetricsLog.open(file, Clock.fixed(TIME, ZoneOffset.UTC))) {
            for (int step = 1; step <= 5; step++) {
                log.append(row(0, step, 0));
            }
        }
        Files.writeString(file, "{\"seq\":6,\"run\":\"r", StandardOpenOption.APPEND);
        try (MetricsLog log = MetricsLog.open(file, Clock.fixed(TIME, ZoneOffset.UTC))) {
            log.append(row(0, 4, 1));
            log.append(row(0, 5, 1));
            log.append(row(1, 3, 1));
        }

        List<MetricsRow> rows = MetricsLog.read(file);

        assertThat(rows).hasSize(8);
        assertThat(rows.get(7).observation()).isEqualTo(row(1, 3, 1));
        assertThat(MetricsLog.effective(rows))
                .extracting(MetricsRow::key)
                .containsExactly(new StepKey(0, 1, 0), new StepKey(0, 2, 0), new StepKey(1, 3, 1));
    }

    private static Observation row(int attempt, long step, int incarnation) {
        return Observation.of(
                new StepKey(attempt, step, incarnation),
                Map.of(Signals.REWARD_MEAN, Double.NaN, Signals.GRAD_NORM, 0.1 + 0.2));
    }

    private static RftEvent started() {
        return new RftEvent.RunStarted("r", StepKey.START, TIME, 100, Map.of());
    }

    private static RftEvent taken(long step, int incarnation) {
        return new RftEvent.SnapshotTaken("r", new StepKey(0, step, incarnation), TIME, 1);
    }

    private static RftEvent resumed(long step, int incarnation) {
        return new RftEvent.RunResumed(
                "r",
                new StepKey(0, step, incarnation),
                TIME,
                new StepKey(0, step, 0),
                100,
                Map.of());
    }

    private static Journal journal(List<RftEvent> events) {
        List<JournalEntry> entries = new ArrayList<>();
        events.forEach(event -> entries.add(new JournalEntry(entries.size() + 1L, event)));
        return new Journal(entries, false);
    }
}
