package dev.rft.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.control.Capability;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.EvidenceClass;
import dev.rft.recovery.event.RftEvent;
import dev.rft.recovery.snapshot.DirectorySnapshotStore;
import dev.rft.recovery.snapshot.SnapshotInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every row of the table "What fails, and what it costs" of {@code docs/architecture.md}: it
 * happens, in a run with a rollback in it, and what the table says is what follows. Whatever it is,
 * the last good snapshot on the disk is whole.
 */
@Timeout(60)
class FailureTableTest {

    private static final Path DOC = Path.of("..", "docs", "architecture.md");

    @TempDir private Path directory = Path.of("");

    /** What fails, and what is checked. */
    private record Row(Consumer<FailingRun> fails, Consumer<FailingRun> follows) {}

    private static void bug() {
        throw new IllegalStateException("bug");
    }

    /** The rows, by the words that the table has for them. */
    private static Map<String, Row> rows() {
        Map<String, Row> rows = new TreeMap<>();
        BiConsumer<String, Row> row = rows::put;
        components(row);
        surroundings(row);
        loops(row);
        return rows;
    }

    private static void components(BiConsumer<String, Row> row) {
        row.accept(
                "a detector throws",
                new Row(
                        run ->
                                run.supervisor.monitor(
                                        Fixtures.detectors()
                                                .with(
                                                        "broken",
                                                        EvidenceClass.REWARD,
                                                        observation -> {
                                                            throw new IllegalStateException("bug");
                                                        })
                                                .build()),
                        run -> {
                            run.undisturbed();
                            run.quarantined("detector broken");
                        }));
        row.accept(
                "the diagnoser throws",
                new Row(
                        run ->
                                run.supervisor.diagnoser(
                                        (findings, recent) -> {
                                            throw new IllegalStateException("bug");
                                        }),
                        run -> {
                            run.completed();
                            run.quarantined("diagnoser");
                            assertThat(run.recorder.story()).contains("opened UNKNOWN");
                        }));
        row.accept(
                "a policy throws, or answers null",
                new Row(
                        run -> {
                            List<RecoveryPolicy> policies = new ArrayList<>();
                            policies.add(
                                    (incident, state) -> {
                                        throw new IllegalStateException("bug");
                                    });
                            policies.addAll(RecoveryPolicies.standard(FailingRun.config()));
                            run.supervisor.policies(policies);
                        },
                        run -> {
                            run.undisturbed();
                            assertThat(run.recorder.story())
                                    .filteredOn(line -> line.startsWith("quarantined"))
                                    .singleElement()
                                    .matches(line -> line.startsWith("quarantined policy 1"));
                        }));
        row.accept(
                "a policy chooses what cannot be done",
                new Row(
                        run -> {
                            run.loop.capabilities.remove(Capability.RESET_REFERENCE);
                            List<RecoveryPolicy> policies = new ArrayList<>();
                            policies.add((incident, state) -> new RecoveryAction.ResetReference());
                            policies.addAll(RecoveryPolicies.standard(FailingRun.config()));
                            run.supervisor.policies(policies);
                        },
                        run -> {
                            run.undisturbed();
                            assertThat(run.loop.references).isZero();
                        }));
        row.accept(
                "the batch gate throws, or names a trajectory that is not there",
                new Row(
                        run -> {
                            run.loop.trajectories = List.of();
                            run.supervisor.batchGate(batch -> Set.of(7));
                        },
                        run -> {
                            run.undisturbed();
                            run.quarantined("batch gate");
                        }));
        row.accept(
                "the probe of an outage throws",
                new Row(
                        run ->
                                run.supervisor
                                        .policies(
                                                List.of(
                                                        (incident, state) ->
                                                                new RecoveryAction.Pause(
                                                                        Duration.ofSeconds(90)),
                                                        RecoveryPolicies.standard(
                                                                        FailingRun.config())
                                                                .get(0)))
                                        .probe(
                                                () -> {
                                                    throw new IllegalStateException("no route");
                                                }),
                        run -> {
                            assertThat(run.thrown).isEmpty();
                            assertThat(run.actions()).contains("Pause");
                            assertThat(run.loop.waits).isNotEmpty();
                            assertThat(run.loop.waits)
                                    .allMatch(wait -> wait.compareTo(Duration.ofSeconds(90)) <= 0);
                        }));
    }

    private static void surroundings(BiConsumer<String, Row> row) {
        row.accept(
                "a listener throws",
                new Row(
                        run -> run.supervisor.listener(event -> bug()),
                        run -> {
                            run.undisturbed();
                            assertThat(run.ended().listenerFailures())
                                    .isEqualTo(run.recorder.events.size());
                        }));
        row.accept(
                "a listener blocks",
                new Row(
                        run ->
                                run.supervisor
                                        .listener(event -> FailingRun.waitForEver())
                                        .callbacks(
                                                Callbacks.defaults()
                                                        .withQueue(4, Duration.ofMillis(1))),
                        run -> {
                            run.undisturbed();
                            assertThat(run.recorder.of(RftEvent.EventsLost.class)).hasSize(1);
                        }));
        row.accept(
                "an adviser throws, or does not answer in time",
                new Row(
                        run ->
                                run.supervisor.mode(
                                        new Mode.Advise(
                                                (incident, action) -> {
                                                    FailingRun.waitForEver();
                                                    return false;
                                                },
                                                Duration.ofMillis(1),
                                                true)),
                        FailingRun::undisturbed));
        row.accept(
                "the journal or the metrics log cannot be written",
                new Row(
                        FailingRun::diskIsFullForAWhile,
                        run -> {
                            run.undisturbed();
                            assertThat(run.ended().listenerFailures()).isPositive();
                            assertThat(run.journaled(RftEvent.EventsLost.class))
                                    .singleElement()
                                    .satisfies(lost -> assertThat(lost.count()).isPositive());
                            assertThat(run.journaled(RftEvent.RunFinished.class)).hasSize(1);
                        }));
        row.accept(
                "the store fails, half-way or altogether",
                new Row(
                        run ->
                                run.failIn(
                                        "collect",
                                        30,
                                        FailingRun.STEPS,
                                        () -> run.store.fullHalfWay = true),
                        run -> {
                            run.undisturbed();
                            assertThat(run.ended().snapshotFailures()).isPositive();
                            assertThat(run.recorder.of(RftEvent.SnapshotFailed.class))
                                    .allMatch(e -> e.reason().contains("no space left on device"));
                        }));
        row.accept(
                "the clock jumps",
                new Row(run -> run.supervisor.clock(new JumpingClock()), FailingRun::undisturbed));
        row.accept(
                "a snapshot cannot be taken",
                new Row(
                        run -> run.failIn("snapshot", 20, 24, FailureTableTest::bug),
                        run -> {
                            run.undisturbed();
                            assertThat(run.recorder.of(RftEvent.SnapshotTaken.class))
                                    .noneMatch(e -> e.key().step() == 20)
                                    .anyMatch(e -> e.key().step() == 25);
                        }));
    }

    private static void loops(BiConsumer<String, Row> row) {
        Consumer<FailingRun> restarted =
                run -> {
                    run.completed();
                    assertThat(run.loop.restarts).isEqualTo(1);
                    assertThat(run.actions()).startsWith("Restart");
                    assertThat(run.ended().incidents().get(0).findings().get(0).detector())
                            .isEqualTo("failed-step");
                };
        row.accept(
                "`collect`, `mask`, `compute`, `apply` or `observe` throws",
                new Row(run -> run.once("apply", FailureTableTest::bug), restarted));
        row.accept(
                "out of memory on the device (DJL throws an `EngineException`)",
                new Row(
                        run ->
                                run.once(
                                        "compute",
                                        () -> {
                                            throw new IllegalStateException("CUDA out of memory");
                                        }),
                        restarted));
        row.accept(
                "the same, in a loop that cannot be restarted",
                new Row(
                        run -> {
                            run.loop.capabilities.remove(Capability.RESTART);
                            run.once("compute", FailureTableTest::bug);
                        },
                        run -> {
                            run.completed();
                            assertThat(run.loop.restarts).isZero();
                            assertThat(run.actions()).startsWith("Rollback");
                        }));
        row.accept(
                "the same, in a loop that can neither be restarted nor go back, or in `apply`"
                        + " without a snapshot, or where the policies choose nothing that restores",
                new Row(
                        run -> {
                            run.supervisor.policies(RecoveryPolicies.watchOnly());
                            run.once("compute", FailureTableTest::bug);
                        },
                        run ->
                                assertThat(run.thrown.orElseThrow())
                                        .isInstanceOf(TrainingFailedException.class)
                                        .hasRootCauseMessage("bug")));
        row.accept(
                "an action throws (a restart that fails, a knob out of range)",
                new Row(
                        run -> {
                            run.once("compute", FailureTableTest::bug);
                            run.once("restart", FailureTableTest::bug);
                        },
                        run -> {
                            run.completed();
                            assertThat(run.loop.restarts).isEqualTo(2);
                            assertThat(run.recorder.story())
                                    .contains("judged Restart NO_EFFECT", "judged Restart HELPED");
                        }));
        row.accept(
                "the restore of a halt throws",
                new Row(
                        run -> {
                            run.failIn("compute", 33, FailingRun.STEPS, FailureTableTest::bug);
                            run.failIn("restore", 0, FailingRun.STEPS, FailureTableTest::bug);
                        },
                        run ->
                                assertThat(run.thrown.orElseThrow())
                                        .isInstanceOf(TrainingFailedException.class)));
        row.accept(
                "an `Error`, `OutOfMemoryError` of the JVM included",
                new Row(
                        run ->
                                run.once(
                                        "compute",
                                        () -> {
                                            throw new OutOfMemoryError("Java heap space");
                                        }),
                        run -> {
                            assertThat(run.thrown.orElseThrow())
                                    .isInstanceOf(OutOfMemoryError.class);
                            assertThat(run.recorder.of(RftEvent.RunFinished.class)).hasSize(1);
                        }));
        row.accept(
                "the thread is interrupted",
                new Row(
                        run -> run.once("compute", () -> Thread.currentThread().interrupt()),
                        run -> {
                            assertThat(Thread.interrupted()).isTrue();
                            assertThat(run.ended().reason()).isEqualTo("interrupted");
                            assertThat(run.ended().key()).isEqualTo(new StepKey(0, 33, 0));
                        }));
        row.accept(
                "the loop hangs",
                new Row(
                        FailingRun::hangs,
                        run -> {
                            run.completed();
                            assertThat(run.recorder.story())
                                    .startsWith("hang suspected", "hang ended", "opened HANG")
                                    .contains("judged Restart HELPED");
                        }));
    }

    private static Stream<String> names() {
        return rows().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void row_happens_isDealtWithAsTheTableSays(String name) throws IOException {
        Row row = rows().get(name);
        try (BrokenStore store =
                new BrokenStore(DirectorySnapshotStore.open(directory.resolve("snapshots")))) {
            FailingRun run = new FailingRun(store, directory);
            row.fails().accept(run);

            run.run();

            row.follows().accept(run);
            assertThat(run.loop.openSnapshots).isZero();
        }
        lastGoodSnapshotIsWhole();
    }

    private void lastGoodSnapshotIsWhole() throws IOException {
        QuadraticLoop reader = new QuadraticLoop(0);
        boolean good = false;
        try (DirectorySnapshotStore store =
                DirectorySnapshotStore.open(directory.resolve("snapshots"))) {
            for (StepKey key : store.keys()) {
                SnapshotInfo info = store.info(key);
                try (QuadraticLoop.Snapshot state =
                        (QuadraticLoop.Snapshot) reader.read(store.open(key))) {
                    assertThat(state.key()).isEqualTo(key);
                }
                good |= info.good() && (key.step() >= 20 || key.attempt() > 0);
            }
        }
        assertThat(good).as("a good snapshot from before the failure").isTrue();
    }

    @Test
    void table_hasARowForEachCase() throws IOException {
        List<String> documented = new ArrayList<>();
        boolean inTable = false;
        for (String line : Files.readAllLines(DOC, StandardCharsets.UTF_8)) {
            inTable |= line.startsWith("| what fails |");
            inTable &= line.startsWith("|");
            if (inTable) {
                documented.add(line.split(" \\| ", 2)[0].substring(2));
            }
        }

        assertThat(documented.subList(2, documented.size()))
                .containsExactlyInAnyOrderElementsOf(rows().keySet());
    }
}
