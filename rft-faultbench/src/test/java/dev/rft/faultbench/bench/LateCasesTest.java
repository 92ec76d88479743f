package dev.rft.faultbench.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.faultbench.fault.Fault;
import dev.rft.faultbench.fault.Injection;
import dev.rft.faultbench.fault.Strength;
import dev.rft.recovery.journal.MetricsLog;
import dev.rft.recovery.journal.MetricsRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed for real, and a task that comes to be solved. */
@Tag("slow")
class LateCasesTest {

    private static final long SEED = 3;

    @TempDir Path directory = Path.of("");

    @Test
    void processDeath_resumedFromTheDisk_endsInTheHealthyPolicy() throws IOException {
        int onset = 16;
        BenchCase death =
                new BenchCase(
                        "process-death-hard",
                        List.of(
                                new Injection(
                                        Fault.PROCESS_DEATH,
                                        Strength.HARD,
                                        onset,
                                        Injection.UNTIL_CURED)),
                        Optional.empty(),
                        onset);
        Unit unit =
                new Unit(
                        "addition",
                        SEED,
                        40,
                        List.of(death),
                        List.of(Arm.NONE, Arm.SUPERVISED, Arm.ORACLE));
        new UnitRunner(unit, directory, line -> {}).run();

        String run = unit.run(death);
        String healthy = result(unit.name()).path("right").asText();
        JsonNode alone = result(run);
        assertThat(alone.path("completed").asBoolean()).isFalse();
        assertThat(alone.path("executed_steps").asInt()).isEqualTo(onset - 1);
        JsonNode resumed = result(run + "/supervised");
        assertThat(resumed.path("completed").asBoolean()).isTrue();
        assertThat(resumed.path("right").asText()).isEqualTo(healthy);
        // Killed in step 16 and in step 36: five steps each are executed again.
        assertThat(resumed.path("executed_steps").asInt()).isEqualTo(50);
        // A rollback draws other batches: the oracle's run is healthy, and another one.
        assertThat(result(run + "/oracle").path("completed").asBoolean()).isTrue();
        assertThat(directory.resolve(run).resolve("supervised/state")).doesNotExist();
        try (var logs = Files.list(directory.resolve(run).resolve("supervised"))) {
            assertThat(logs.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("result.json", "journal.jsonl", "metrics.jsonl");
        }
    }

    @Test
    void taskSolved_rewardRises_andHardlyAGroupHasAnythingToLearn() throws IOException {
        BenchCase solved =
                new BenchCase("task-solved", List.of(), Optional.of(Benign.TASK_SOLVED), 10);
        Unit unit = new Unit("addition", SEED, 60, List.of(solved), List.of(Arm.NONE));
        new UnitRunner(unit, directory, line -> {}).run();

        List<MetricsRow> rows =
                MetricsLog.read(directory.resolve(unit.run(solved)).resolve("metrics.jsonl"));
        assertThat(mean(rows, 0, 9, Signals.REWARD_MEAN)).isLessThan(0.6);
        assertThat(mean(rows, 50, 60, Signals.REWARD_MEAN)).isGreaterThan(0.95);
        assertThat(mean(rows, 50, 60, Signals.GROUP_ZERO_VARIANCE)).isGreaterThan(0.7);
    }

    private static double mean(List<MetricsRow> rows, int from, int to, Signal signal) {
        return rows.subList(from, to).stream()
                .mapToDouble(row -> row.observation().value(signal).orElseThrow())
                .average()
                .orElseThrow();
    }

    private JsonNode result(String run) throws IOException {
        return new ObjectMapper().readTree(directory.resolve(run).resolve("result.json").toFile());
    }
}
