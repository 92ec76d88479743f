package dev.rft.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rft.api.control.Knob;
import dev.rft.api.control.StateFormat;
import dev.rft.api.control.StepLoop;
import dev.rft.api.control.TrainingLoop;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.AlarmBudget;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.EvidenceClass;
import dev.rft.monitor.Monitor;
import dev.rft.monitor.Verdict;
import dev.rft.monitor.diagnose.Cause;
import dev.rft.recovery.event.RftEvent;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A loop made of functions, whose state has a format, outlives its process. */
class StepLoopOnDiskTest {

    @TempDir private Path directory = Path.of("");

    /** A program that learns one number. */
    private static final class Program {
        private double weight;
        private double rate = 0.1;

        Observation step(StepKey key) {
            double noise =
                    new SplittableRandom(key.step() * 31 + key.attempt()).nextDouble(-0.1, 0.1);
            weight += rate * (1 - weight + noise);
            return Observation.of(
                    key, Map.of(Signals.REWARD_MEAN, weight + noise, Signals.LEARNING_RATE, rate));
        }

        StepLoop loop() {
            return TrainingLoop.ofSteps(this::step)
                    .withSnapshots(() -> weight, copy -> weight = copy, 8, new Text())
                    .withKnob(Knob.LEARNING_RATE, () -> rate, turned -> rate = turned);
        }
    }

    private static final class Text implements StateFormat<Double> {
        @Override
        public void write(Double copy, OutputStream out) throws IOException {
            DataOutputStream data = new DataOutputStream(out);
            data.writeUTF(Double.toString(copy));
            data.flush();
        }

        @Override
        public Double read(InputStream in) throws IOException {
            return Double.valueOf(new DataInputStream(in).readUTF());
        }
    }

    private Supervisor supervisor(Program program, Monitor monitor) {
        return Supervisor.of(program.loop())
                .monitor(monitor)
                .snapshotWriter(Runnable::run)
                .snapshots(directory.resolve("snapshots"))
                .journal(directory.resolve("journal.jsonl"))
                .metrics(directory.resolve("metrics.jsonl"));
    }

    private static Monitor watchful() {
        return Monitor.builder(AlarmBudget.perTenThousandSteps(1))
                .with(
                        "reward-low",
                        EvidenceClass.REWARD,
                        Fixtures.bad(Signals.REWARD_MEAN, 20, reward -> reward < -1))
                .build();
    }

    @Test
    void run_again_goesOnWhereTheLastOneEnded() {
        Program whole = new Program();
        Supervisor.of(whole.loop()).monitor(watchful()).run(60);

        supervisor(new Program(), watchful()).run(33);
        Program second = new Program();
        RunReport report = supervisor(second, watchful()).run(60);

        assertThat(report.key()).isEqualTo(new StepKey(0, 60, 1));
        assertThat(report.executedSteps()).isEqualTo(27);
        assertThat(second.weight).isEqualTo(whole.weight);
        assertThat(second.rate).isEqualTo(0.1);
    }

    @Test
    void run_againAfterARepair_keepsTheKnobThatTheRepairTurned() {
        Program first = new Program();
        RecoveryPolicy slower = (incident, state) -> new RecoveryAction.Rollback(35, 0.5);
        Fixtures.Recorder recorder = new Fixtures.Recorder();
        supervisor(first, brokenOnce())
                .diagnoser((f, recent) -> Fixtures.certain(Cause.KL_EXPLOSION))
                .config(Fixtures.withoutRelaxing())
                .policies(List.of(slower))
                .listener(recorder)
                .run(60);
        assertThat(recorder.of(RftEvent.ActionTaken.class)).hasSize(1);
        assertThat(first.rate).isEqualTo(0.05);

        Program second = new Program();
        supervisor(second, brokenOnce()).config(Fixtures.withoutRelaxing()).run(70);

        assertThat(second.rate).isEqualTo(0.05);
    }

    private static Monitor brokenOnce() {
        return Monitor.builder(AlarmBudget.perTenThousandSteps(1))
                .with("once", EvidenceClass.REWARD, StepLoopOnDiskTest::brokenOnce)
                .build();
    }

    /** An invariant is broken from step 40 of the first attempt on. */
    private static Verdict brokenOnce(Observation observation) {
        StepKey key = observation.key();
        double reward = observation.value(Signals.REWARD_MEAN).orElseThrow();
        return key.attempt() == 0 && key.step() >= 40
                ? Verdict.violated(Evidence.of(Signals.REWARD_MEAN, reward, "good").asInvariant())
                : Verdict.healthy();
    }

    @Test
    void run_stepThatThrowsOnce_isTriedAgainFromTheLastGoodSnapshot() {
        Program program = new Program();
        boolean[] thrown = {false};
        TrainingLoop flaky =
                TrainingLoop.ofSteps(
                                key -> {
                                    if (key.step() == 33 && !thrown[0]) {
                                        thrown[0] = true;
                                        throw new IllegalStateException("flaky");
                                    }
                                    return program.step(key);
                                })
                        .withSnapshots(() -> program.weight, copy -> program.weight = copy, 8);

        RunReport report = Supervisor.of(flaky).monitor(watchful()).run(60);

        assertThat(report.completed()).isTrue();
        assertThat(report.key()).isEqualTo(new StepKey(1, 60, 0));
        assertThat(report.incidents()).singleElement().matches(Incident::repaired);
    }

    @Test
    void run_ofAProgramWithOtherKnobs_isRefused() {
        supervisor(new Program(), watchful()).run(20);
        Program other = new Program();
        TrainingLoop loop =
                TrainingLoop.ofSteps(other::step)
                        .withSnapshots(
                                () -> other.weight, copy -> other.weight = copy, 8, new Text());

        assertThatThrownBy(
                        () ->
                                Supervisor.of(loop)
                                        .monitor(watchful())
                                        .snapshots(directory.resolve("snapshots"))
                                        .run(30))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("must hold the knobs");
        assertThat(other.weight).isZero();
    }
}
