package dev.rft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.signal.StepKey;
import dev.rft.monitor.diagnose.Cause;
import dev.rft.recovery.Incident;
import dev.rft.recovery.Outcome;
import dev.rft.recovery.RecoveryAction;
import dev.rft.recovery.RunReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickStartTest {

    @TempDir Path dir;

    @Test
    void train_healthyTrainer_isAsWithoutSupervision() throws IOException {
        BanditTrainer supervised = new BanditTrainer(7);
        RunReport report = QuickStart.train(supervised, dir.resolve("journal.jsonl"), 300);

        BanditTrainer alone = new BanditTrainer(7);
        for (int step = 1; step <= 300; step++) {
            alone.step(new StepKey(0, step, 0));
        }

        assertThat(report.completed()).isTrue();
        assertThat(report.incidents()).isEmpty();
        assertThat(supervised.copyWeights()).containsExactly(alone.copyWeights());
    }

    @Test
    void train_hiddenLearningRate_isRepaired() throws IOException {
        BanditTrainer supervised = new BanditTrainer(7);
        supervised.breakAfter(100, 80);

        RunReport report = QuickStart.train(supervised, dir.resolve("journal.jsonl"), 300);

        assertThat(report.completed()).isTrue();
        assertThat(report.incidents()).hasSize(1);
        Incident incident = report.incidents().get(0);
        assertThat(incident.opened().step()).isBetween(101L, 103L);
        assertThat(incident.diagnosis().cause()).isEqualTo(Cause.KL_EXPLOSION);
        assertThat(incident.attempts().get(0).action()).isInstanceOf(RecoveryAction.Rollback.class);
        assertThat(incident.attempts().get(0).outcome()).isEqualTo(Outcome.HELPED);
        assertThat(supervised.expectedReward()).isGreaterThan(0.7);
    }

    @Test
    void readme_quickStart_isTheCompiledCode() throws IOException {
        Path root = Path.of(System.getProperty("user.dir")).toAbsolutePath().getParent();
        List<String> source =
                Files.readAllLines(
                        root.resolve(
                                "rft-examples/src/main/java/dev/rft/examples/QuickStart.java"));
        List<String> shown =
                source.subList(
                        source.indexOf("        // quick-start") + 1,
                        source.indexOf("        // end"));
        String snippet = String.join("\n", shown).stripIndent().strip();

        assertThat(shown).hasSizeLessThan(25);
        assertThat(Files.readString(root.resolve("README.md"))).contains(snippet);
    }
}
