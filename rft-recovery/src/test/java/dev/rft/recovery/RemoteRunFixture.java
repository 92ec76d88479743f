package dev.rft.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.AlarmBudget;
import dev.rft.monitor.Monitor;
import dev.rft.recovery.event.RftEvent;
import dev.rft.recovery.event.RftListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.io.TempDir;

/** A remote run whose process is played by the test. */
abstract class RemoteRunFixture {

    @TempDir Path directory;

    final AtomicLong nanos = new AtomicLong();
    final List<RftEvent> events = new ArrayList<>();
    final Watchdog watchdog =
            new Watchdog(5, 5, Duration.ofSeconds(30), false, Duration.ofSeconds(1), nanos::get);
    RecoveryConfig config = RecoveryConfig.defaults();

    RftListener collector() {
        return new RftListener() {
            @Override
            public boolean synchronous() {
                return true;
            }

            @Override
            public void on(RftEvent event) {
                events.add(event);
            }
        };
    }

    RemoteOptions options() {
        return new RemoteOptions(
                config,
                Mode.act(),
                watchdog,
                3,
                Duration.ofSeconds(10),
                Clock.systemUTC(),
                new SplittableRandom(1));
    }

    RemoteRun run() throws IOException {
        RemoteRun run =
                new RemoteRun(
                        "run",
                        Monitor.standard(AlarmBudget.perTenThousandSteps(1)),
                        List.of(collector()),
                        directory,
                        StepKey.START,
                        options());
        run.begin(Map.of());
        run.started();
        return run;
    }

    RemoteOrder step(RemoteRun run, long step, double reward) {
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        return run.observed(Observation.of(step, Map.of(Signals.REWARD_MEAN, reward)));
    }

    void gradient(RemoteRun run, long step, double norm) {
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        run.observed(Observation.of(step, Map.of(Signals.GRAD_NORM, norm)));
    }

    RemoteOrder step(RemoteRun run, long step) {
        return step(run, step, 0.5 + 0.01 * (step % 5));
    }

    void offer(String json) throws IOException {
        Files.writeString(directory.resolve("capabilities.json"), json);
    }

    String decision() throws IOException {
        Path file = directory.resolve("decision.json");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    void ack(String json) throws IOException {
        Files.writeString(directory.resolve("ack.json"), json);
    }

    <E> List<E> of(Class<E> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    static RemoteOrder.Restart restart(RemoteOrder order) {
        assertThat(order).isInstanceOf(RemoteOrder.Restart.class);
        return (RemoteOrder.Restart) order;
    }
}
