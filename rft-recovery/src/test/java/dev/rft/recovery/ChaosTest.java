package dev.rft.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.recovery.QuadraticLoop.Fault;
import dev.rft.recovery.event.RftEvent;
import dev.rft.recovery.journal.JournalEntry;
import dev.rft.recovery.journal.JournalReader;
import dev.rft.recovery.journal.JsonlJournal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What may go wrong around a run, and the run as if it had not. */
@Timeout(60)
class ChaosTest {

    @TempDir private Path directory = Path.of("");

    private static QuadraticLoop faulty(long seed) {
        QuadraticLoop loop = new QuadraticLoop(seed);
        loop.hiddenMultiplier = Fault.from(60);
        return loop;
    }

    private static QuadraticLoop undisturbed(long seed) {
        QuadraticLoop loop = faulty(seed);
        Fixtures.supervisor(loop).run(120);
        return loop;
    }

    @Test
    void run_journalThatCannotBeWritten_goesOnAndCounts() throws IOException {
        QuadraticLoop loop = faulty(7);
        JsonlJournal closed = JsonlJournal.open(directory.resolve("journal.jsonl"));
        closed.close();

        RunReport report = Fixtures.supervisor(loop).listener(closed).run(120);

        assertThat(report.completed()).isTrue();
        assertThat(report.listenerFailures()).isGreaterThan(10);
        assertThat(loop.state).isEqualTo(undisturbed(7).state);
    }

    @Test
    void run_clockThatJumpsBack_changesNothingButTheTimes() throws IOException {
        QuadraticLoop loop = faulty(7);
        Path file = directory.resolve("journal.jsonl");
        RunReport report =
                Fixtures.supervisor(loop).clock(new JumpingClock()).journal(file).run(120);

        assertThat(report.completed()).isTrue();
        assertThat(loop.state).isEqualTo(undisturbed(7).state);
        List<JournalEntry> entries = JournalReader.read(file).entries();
        assertThat(entries.get(entries.size() - 1).event())
                .isInstanceOf(RftEvent.RunFinished.class);
        assertThat(entries.get(1).event().time()).isBefore(entries.get(0).event().time());
    }

    @Test
    void run_severalAtOnce_doNotKnowOfEachOther()
            throws IOException, InterruptedException, ExecutionException {
        List<QuadraticLoop> loops = List.of(faulty(1), faulty(2), faulty(3));
        ExecutorService threads = Executors.newFixedThreadPool(loops.size());
        List<Future<RunReport>> reports = new ArrayList<>();
        for (int i = 0; i < loops.size(); i++) {
            Supervisor supervisor =
                    Fixtures.supervisor(loops.get(i))
                            .runId("run-" + i)
                            .journal(directory.resolve(i + ".jsonl"))
                            .metrics(directory.resolve(i + ".metrics.jsonl"));
            reports.add(threads.submit(() -> supervisor.run(120)));
        }
        for (int i = 0; i < loops.size(); i++) {
            assertThat(reports.get(i).get().completed()).isTrue();
            assertThat(loops.get(i).state).isEqualTo(undisturbed(i + 1).state);
            assertThat(JournalReader.read(directory.resolve(i + ".jsonl")).entries())
                    .extracting(entry -> entry.event().runId())
                    .containsOnly("run-" + i);
        }
        threads.shutdown();
    }

    @Test
    void run_always_endsItsThreads() {
        Fixtures.supervisor(faulty(7)).runId("ending").listener(event -> {}).run(70);

        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("rft-callback-ending"))
                .allSatisfy(thread -> thread.join(30_000))
                .noneMatch(Thread::isAlive);
    }
}
