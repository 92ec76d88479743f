package dev.rft.faultbench.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchDirectoryTest {

    @TempDir Path directory = Path.of("");

    @Test
    void open_newOrEmptyOrOwn_isMarked() throws IOException {
        Path out = directory.resolve("a/b");
        BenchDirectory.open(out);
        BenchDirectory.open(out);

        assertThat(out.resolve("bench.json")).content().contains("\"bench_version\" : 3");
    }

    @Test
    void open_labelledRunsWithoutAMark_areNotTakenForItsOwn() throws IOException {
        Files.createDirectories(directory.resolve("trl-run"));
        Files.writeString(directory.resolve("trl-run/label.json"), "{}");

        assertThatThrownBy(() -> BenchDirectory.open(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("must be empty or hold bench.json")
                .hasMessageContaining("trl-run");
        assertThat(directory.resolve("bench.json")).doesNotExist();
    }

    @Test
    void open_foreignDirectory_isRefused_andLeftAsItIs() throws IOException {
        Files.writeString(directory.resolve("thesis.tex"), "text");

        assertThatThrownBy(() -> BenchDirectory.open(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("must be empty or hold bench.json")
                .hasMessageContaining("thesis.tex");
        assertThat(directory.resolve("bench.json")).doesNotExist();
    }

    @Test
    void open_fileOrOtherVersion_isRefused() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThatThrownBy(() -> BenchDirectory.open(file)).hasMessageContaining("is a file");
        assertThatThrownBy(() -> BenchDirectory.open(file.resolve("below")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("could not be made");

        Path later = Files.createDirectory(directory.resolve("later"));
        Files.writeString(later.resolve("bench.json"), "{\"bench_version\":4}");
        assertThatThrownBy(() -> BenchDirectory.open(later))
                .hasMessageContaining("bench_version must be 3, was 4");
        Files.writeString(later.resolve("bench.json"), "{");
        assertThatThrownBy(() -> BenchDirectory.open(later))
                .hasMessageContaining("bench.json: must be JSON, was not: it ends too early");
        Files.writeString(later.resolve("bench.json"), "{}");
        assertThatThrownBy(() -> BenchDirectory.open(later))
                .hasMessageContaining("bench_version must be 3, was missing");
    }

    @Test
    void lock_heldByAnother_isRefused_untilItIsGivenBack() throws IOException {
        Closeable first = BenchDirectory.lock(directory, "addition-s1");
        assertThatThrownBy(() -> BenchDirectory.lock(directory, "addition-s1"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("addition-s1: another process executes this unit");
        BenchDirectory.lock(directory, "addition-s2").close();
        first.close();

        BenchDirectory.lock(directory, "addition-s1").close();
    }

    @Test
    void run_directoryOfAnotherPlan_isRefusedBeforeAnythingIsDone() throws IOException {
        Unit quick = Plan.QUICK.unit("addition", 1, List.of(Arm.NONE));
        Unit balanced = Plan.BALANCED.unit("addition", 1, List.of(Arm.NONE));
        BenchCase what = quick.cases().get(0);
        RunFiles files = new RunFiles(directory);
        files.label(quick.run(what), Labels.of(quick, what));

        files.check(quick.run(what), Labels.of(quick, what));
        assertThatThrownBy(() -> new UnitRunner(balanced, directory, line -> {}).run())
                .isInstanceOf(IOException.class)
                .hasMessageContaining(quick.run(what))
                .hasMessageContaining("belongs to another plan: steps must be 140, was 90");
        assertThat(directory.resolve("addition-s1")).doesNotExist();
    }

    @Test
    void check_labelWithoutAVersion_isOfTheFirst() throws IOException {
        Unit unit = Plan.QUICK.unit("addition", 1, List.of(Arm.NONE));
        RunFiles files = new RunFiles(directory);
        files.label(unit.name(), Labels.healthy(unit));
        Path label = directory.resolve(unit.name()).resolve("label.json");
        Files.writeString(
                label, Files.readString(label).replaceFirst("\"bench_version\" : 3,", ""));

        assertThatThrownBy(() -> files.check(unit.name(), Labels.healthy(unit)))
                .hasMessageContaining("bench_version must be 3, was 1");
    }
}
