package dev.rft.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportDataTest {

    @TempDir Path dir = Path.of("");

    @Test
    void read_rolledBackRun_marksTheStepsThatWereThrownAway() throws IOException {
        SampleDemo.write(dir, SampleDemo.Kind.ROLLED_BACK);

        ReportData data = ReportData.read(dir);

        List<RunMetrics.Point> discarded =
                data.supervised().points().stream().filter(point -> !point.kept()).toList();
        assertThat(discarded)
                .extracting(RunMetrics.Point::step)
                .containsExactly(81L, 82L, 83L, 84L, 85L, 86L, 87L);
        assertThat(discarded).extracting(RunMetrics.Point::attempt).containsOnly(0);
        assertThat(data.supervised().points()).filteredOn(RunMetrics.Point::kept).hasSize(300);
        assertThat(data.unsupervised().points()).allMatch(RunMetrics.Point::kept);
        assertThat(data.torn()).isZero();
    }

    @Test
    void read_rolledBackRun_tellsTheIncident() throws IOException {
        SampleDemo.write(dir, SampleDemo.Kind.ROLLED_BACK);

        IncidentStory incident = ReportData.read(dir).incidents().get(0);

        assertThat(incident.openedStep()).isEqualTo(87);
        assertThat(incident.closedStep()).hasValue(98);
        assertThat(incident.candidates().get(0).cause()).isEqualTo("OD-1");
        assertThat(incident.alarms())
                .extracting(IncidentStory.Alarm::since)
                .containsOnly(OptionalLong.of(86));
        assertThat(incident.actions())
                .singleElement()
                .satisfies(
                        action -> {
                            assertThat(action.words())
                                    .isEqualTo("Rollback to step 80, learning rate x 0.033");
                            assertThat(action.helped()).isTrue();
                            assertThat(action.verifiedStep()).hasValue(98);
                        });
    }

    @Test
    void read_tornLines_passesThemOverAndCountsThem() throws IOException {
        RunFiles files = SampleDemo.write(dir, SampleDemo.Kind.NO_FAULT);
        append(files.supervisedMetrics(), "{\"run\":\"sample\",\"step\":301,\"val");
        append(files.supervisedJournal(), "{\"event\":\"Inci");
        append(files.unsupervisedMetrics(), "{\"run\":\"x\",\"step\":301}{\"run\"");

        ReportData data = ReportData.read(dir);

        assertThat(data.torn()).isEqualTo(3);
        assertThat(data.supervised().points()).hasSize(300);
        assertThat(data.unsupervised().points()).hasSize(300);
    }

    @Test
    void read_lineCutWithinACharacter_isTorn() throws IOException {
        RunFiles files = SampleDemo.write(dir, SampleDemo.Kind.NO_FAULT);
        Files.write(
                files.supervisedMetrics(),
                new byte[] {'{', '"', (byte) 0xC3},
                StandardOpenOption.APPEND);

        assertThat(ReportData.read(dir).torn()).isEqualTo(1);
    }

    @Test
    void read_valuesThatAreNotFinite_keepsThem() throws IOException {
        SampleDemo.write(dir, SampleDemo.Kind.NOT_A_NUMBER);

        ReportData data = ReportData.read(dir);

        RunMetrics.Point last = data.unsupervised().points().get(299);
        assertThat(last.value("grad.norm")).hasValue(Double.NaN);
        assertThat(last.value("entropy")).isEmpty();
        assertThat(data.incidents().get(0).alarms().get(0).observed()).hasValue(Double.NaN);
    }

    @Test
    void read_damagedJournal_namesFileAndLine() throws IOException {
        RunFiles files = SampleDemo.write(dir, SampleDemo.Kind.ROLLED_BACK);
        append(files.supervisedJournal(), "{\"event\":\"RunFinished\"}\n");

        assertThatThrownBy(() -> ReportData.read(dir))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("journal.jsonl, line 8: seq");
    }

    @Test
    void read_journalOfAnotherSchema_saysSo() throws IOException {
        RunFiles files = SampleDemo.write(dir, SampleDemo.Kind.NO_FAULT);
        Files.writeString(
                files.supervisedJournal(), "{\"schema\":\"rft-journal\",\"version\":9}\n");

        assertThatThrownBy(() -> ReportData.read(dir))
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith("version: must be 1, was 9: it was written by a newer rft");
    }

    @Test
    void read_missingFile_namesIt() throws IOException {
        RunFiles files = SampleDemo.write(dir, SampleDemo.Kind.NO_FAULT);
        Files.delete(files.unsupervisedMetrics());

        assertThatThrownBy(() -> ReportData.read(dir))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("metrics.jsonl");
    }

    @Test
    void summary_writtenAndRead_isTheSame() throws IOException {
        RunFiles files = SampleDemo.write(dir, SampleDemo.Kind.NO_FAULT);

        Summary summary = Summary.read(files.summary());
        Path copy = dir.resolve("copy.json");
        summary.write(copy);

        assertThat(Summary.read(copy)).isEqualTo(summary);
        assertThat(dir).isDirectoryNotContaining("glob:**.tmp");
    }

    private static void append(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.APPEND);
    }
}
