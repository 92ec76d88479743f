package dev.rft.faultbench.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.faultbench.fault.Fault;
import dev.rft.faultbench.fault.FaultInjector;
import dev.rft.faultbench.fault.FaultyLoop;
import dev.rft.faultbench.fault.Injection;
import dev.rft.faultbench.score.RepairScore;
import dev.rft.faultbench.workload.LiveRun;
import dev.rft.faultbench.workload.Setting;
import dev.rft.faultbench.workload.WarmStart;
import dev.rft.faultbench.workload.Workload;
import dev.rft.monitor.diagnose.Cause;
import dev.rft.recovery.RunReport;
import dev.rft.recovery.Supervisor;
import dev.rft.recovery.event.RftEvent;
import dev.rft.recovery.journal.JournalEntry;
import dev.rft.recovery.journal.JournalReader;
import dev.rft.recovery.journal.MetricsLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that forks from a healthy one is the run that it would have been by itself. */
class ForkedRunTest {

    private static final long SEED = 3;
    private static final int ONSET = 6;
    private static final int STEPS = 10;

    private static NDManager manager;
    private static Workload workload;
    private static WarmStart warmStart;

    @TempDir Path directory = Path.of("");

    @BeforeAll
    static void trainWarmStart() {
        manager = NDManager.newBaseManager();
        JniUtils.setNumThreads(1);
        workload = Workload.of("addition-ppo").orElseThrow();
        warmStart = WarmStart.train(manager, workload.task(), SEED, step -> {});
    }

    @AfterAll
    static void close() {
        manager.close();
    }

    @Test
    void forked_showsAndBecomesWhatAnUnforkedRunDoes_bitForBit() {
        List<Injection> fault = List.of(Injection.of(Fault.ADVANTAGE_NOISE, ONSET));
        List<Map<Signal, Double>> whole = new ArrayList<>();
        try (LiveRun run = open(fault)) {
            StepKey key = StepKey.START;
            while (key.step() < STEPS) {
                key = key.next();
                whole.add(timeless(run.loop().step(key)));
            }
        }
        List<Map<Signal, Double>> forked = new ArrayList<>();
        FaultInjector injector = new FaultInjector(fault, SEED);
        try (LiveRun healthy = open(List.of());
                Trunk trunk = new Trunk(healthy.loop(), STEPS, observation -> {});
                LiveRun run = open(injector)) {
            ForkedLoop loop = new ForkedLoop(trunk, run.trainer(), ONSET - 1);
            RunReport report =
                    Supervisor.of(new FaultyLoop(loop, injector))
                            .policies(List.of())
                            .listener(
                                    event -> {
                                        if (event instanceof RftEvent.StepCompleted step) {
                                            forked.add(timeless(step.observation()));
                                        }
                                    })
                            .run(STEPS);
            assertThat(report.completed()).isTrue();
        }

        assertThat(forked).isEqualTo(whole);
    }

    @Tag("slow")
    @Test
    void unit_cutOffAndRunAgain_leavesTheSameFilesAndTheSameScore() throws IOException {
        BenchCase what =
                new BenchCase(
                        "tool-error-easy",
                        List.of(Injection.of(Fault.TOOL_ERROR, ONSET)),
                        Optional.empty(),
                        ONSET);
        Unit unit =
                new Unit(
                        "lookup-ppo",
                        SEED,
                        STEPS,
                        List.of(what),
                        List.of(Arm.NONE, Arm.SUPERVISED, Arm.ORACLE));
        Path once = directory.resolve("once");
        Path twice = directory.resolve("twice");
        new UnitRunner(unit, once, line -> {}).run();
        Path cutOff = Files.createDirectories(twice.resolve(unit.run(what)));
        Files.writeString(cutOff.resolve("metrics.jsonl"), "{\"cut off");
        new UnitRunner(unit, twice, line -> {}).run();

        assertThat(contents(twice)).hasSize(14).isEqualTo(contents(once));
        assertThat(Files.readAllLines(cutOff.resolve("metrics.jsonl"))).hasSize(STEPS + 1);
        assertThat(score(twice)).isEqualTo(score(once));
        new UnitRunner(unit, twice, line -> fail("must be done, was " + line)).run();
    }

    /** Returns the files by name, without the times in them. */
    private static Map<String, String> contents(Path root) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String text = Files.readString(file, StandardCharsets.ISO_8859_1);
                contents.put(
                        root.relativize(file).toString(),
                        text.replaceAll("\"time\":\"[^\"]*\"", "")
                                .replaceAll("\"(step\\.)?seconds\" ?: ?[-0-9.E]+", ""));
            }
        }
        return contents;
    }

    private static JsonNode score(Path root) throws IOException {
        ObjectNode score = RepairScore.read(root, Set.of()).json();
        score.findParents("seconds_lost").forEach(arm -> ((ObjectNode) arm).remove("seconds_lost"));
        return score;
    }

    @Test
    void hang_watched_isInterruptedAndTheRunGoesOn_sameEachTime() throws IOException {
        int onset = ONSET + 2; // after the steps that the watchdog learns from
        BenchCase what =
                new BenchCase(
                        "hang-easy",
                        List.of(Injection.of(Fault.HANG, onset)),
                        Optional.empty(),
                        onset);
        Unit unit = new Unit("addition-ppo", SEED, STEPS, List.of(what), List.of(Arm.NONE));
        try (LiveRun healthy = open(List.of());
                Trunk trunk = new Trunk(healthy.loop(), STEPS, observation -> {})) {
            JsonNode alone = branch(trunk, unit, what, Arm.NONE, "alone");
            JsonNode watched = branch(trunk, unit, what, Arm.SUPERVISED, "watched");
            JsonNode again = branch(trunk, unit, what, Arm.SUPERVISED, "again");

            assertThat(alone.path("completed").asBoolean()).isFalse();
            assertThat(alone.path("reason").asText()).contains("step " + onset, "nobody");
            assertThat(alone.path("executed_steps").asInt()).isEqualTo(onset - 1);
            assertThat(alone.path("accuracy_final")).isEqualTo(alone.path("accuracy_before"));
            assertThat(watched.path("completed").asBoolean()).isTrue();
            assertThat(watched.path("executed_steps").asInt()).isGreaterThan(STEPS);
            assertThat(again).isEqualTo(watched);
        }

        for (String run : List.of("watched", "again")) {
            List<Cause> named =
                    JournalReader.read(directory.resolve(run).resolve("journal.jsonl"))
                            .entries()
                            .stream()
                            .map(JournalEntry::event)
                            .filter(RftEvent.IncidentOpened.class::isInstance)
                            .map(event -> ((RftEvent.IncidentOpened) event).incident())
                            .map(incident -> incident.diagnosis().cause())
                            .toList();
            assertThat(named).containsExactly(Cause.HANG);
        }
        assertThat(measured("again")).isEqualTo(measured("watched"));
    }

    private JsonNode branch(Trunk trunk, Unit unit, BenchCase what, Arm arm, String name)
            throws IOException {
        Path own = Files.createDirectory(directory.resolve(name));
        try (Branch branch = new Branch(manager, workload, warmStart, trunk, unit, what, arm)) {
            ObjectNode result = branch.run(own);
            result.remove("seconds");
            return result;
        }
    }

    /** Returns what each step measured, but how long it took. */
    private List<Map<Signal, Double>> measured(String name) throws IOException {
        return MetricsLog.read(directory.resolve(name).resolve("metrics.jsonl")).stream()
                .map(row -> timeless(row.observation()))
                .toList();
    }

    private static LiveRun open(List<Injection> faults) {
        return open(new FaultInjector(faults, SEED));
    }

    private static LiveRun open(FaultInjector injector) {
        Setting setting = Setting.of(workload.task(), SEED);
        return new LiveRun(manager, workload, warmStart, setting, injector, "run");
    }

    private static Map<Signal, Double> timeless(Observation observation) {
        Map<Signal, Double> values = new HashMap<>(observation.step().values());
        values.remove(Signals.STEP_SECONDS);
        return values;
    }
}
