package dev.rft.recovery;

import static dev.rft.api.signal.Signals.UPDATE_NORM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.diagnose.Cause;
import dev.rft.recovery.QuadraticLoop.Fault;
import dev.rft.recovery.event.RftEvent;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The way back up of a learning rate that a repair has turned down. */
class RelaxingTest {

    private final QuadraticLoop loop = new QuadraticLoop(7);
    private final Fixtures.Recorder recorder = new Fixtures.Recorder();

    private RunReport run(long steps, RecoveryConfig config) {
        return Fixtures.supervisor(loop).config(config).listener(recorder).run(steps);
    }

    private static RecoveryConfig every(int cleanSteps) {
        return RecoveryConfig.defaults()
                .withRelaxing(new RecoveryConfig.Relaxing(true, cleanSteps, 2));
    }

    private List<String> turns() {
        return recorder.story().stream().filter(line -> line.contains("ScaleLearning")).toList();
    }

    @Test
    void run_faultThatHasPassed_bringsTheLearningRateBackStepByStep() {
        loop.hiddenMultiplier = Fault.during(60, 62);

        RunReport report = run(400, every(20));

        assertThat(report.completed()).isTrue();
        assertThat(report.incidents()).hasSize(1);
        assertThat(loop.learningRates.get(80)).isLessThan(0.01);
        assertThat(loop.state.learningRate()).isCloseTo(0.1, within(1e-12));
        List<RftEvent.ActionTaken> taken = recorder.of(RftEvent.ActionTaken.class);
        assertThat(taken.subList(1, taken.size()))
                .hasSizeGreaterThanOrEqualTo(3)
                .allSatisfy(
                        turn -> {
                            assertThat(turn.incident()).isEqualTo(1);
                            assertThat(turn.action().learningRateChange()).isBetween(1.0, 2.0);
                        });
        assertThat(turns())
                .filteredOn(line -> line.startsWith("judged"))
                .containsOnly("judged ScaleLearningRate HELPED");
    }

    @Test
    void run_faultThatStays_neverGetsLargerUpdatesThanBeforeIt() {
        loop.hiddenMultiplier = Fault.from(60);

        RunReport report = run(600, every(20));

        assertThat(report.completed()).isTrue();
        assertThat(report.incidents()).hasSize(1);
        List<Observation> all = recorder.observations();
        double before = Window.median(UPDATE_NORM, all.subList(30, 59)).orElseThrow();
        double last = Window.median(UPDATE_NORM, all.subList(500, all.size())).orElseThrow();
        assertThat(last).isLessThan(1.5 * before);
    }

    @Test
    void run_alarmOnProbation_fallsBackToTheLastGoodLevelAndStopsRelaxing() {
        loop.hiddenMultiplier = Fault.during(60, 62);
        double[] level = {0};
        loop.afterStep =
                () -> {
                    // What was too much once is too much again: from the third turn on.
                    double rate = loop.state.learningRate();
                    if (loop.executed() > 100 && rate > 0.03) {
                        level[0] = rate;
                        loop.nan = Fault.during(loop.executed() + 1, loop.executed() + 1);
                        loop.afterStep = () -> {};
                    }
                };

        RunReport report = run(600, every(20));

        assertThat(report.completed()).isTrue();
        assertThat(turns()).last().isEqualTo("judged ScaleLearningRate NO_EFFECT");
        assertThat(level[0]).isGreaterThan(0.03);
        assertThat(loop.state.learningRate()).isBetween(level[0] / 2 - 1e-9, level[0] / 1.25);
        assertThat(report.incidents().get(1).attempts())
                .extracting(attempt -> attempt.action().name())
                .containsExactly("SkipStep");
    }

    @Test
    void run_rollbackIntoAFailedProbation_doesNotBringTheRelaxedLevelBack() {
        loop.hiddenMultiplier = Fault.during(60, 62);
        double[] settled = {0};
        loop.afterStep =
                () -> {
                    double rate = loop.state.learningRate();
                    if (loop.executed() > 100 && rate > 0.01 && settled[0] == 0) {
                        settled[0] = 1;
                        // Fails late in the probation, when its snapshots are good already.
                        long last = loop.executed() + 18;
                        loop.nan = (step, restarts) -> step == last || step == last + 1;
                    }
                };

        run(300, every(20));

        assertThat(recorder.story()).contains("acted Rollback", "judged Rollback HELPED");
        assertThat(loop.state.learningRate()).isLessThan(0.01);
    }

    @Test
    void run_switchedOff_leavesTheLearningRateWhereTheRepairPutIt() {
        loop.hiddenMultiplier = Fault.during(60, 62);
        run(400, Fixtures.withoutRelaxing());
        assertThat(turns()).isEmpty();
        assertThat(loop.state.learningRate()).isLessThan(0.01);
    }

    @Test
    void run_oneStepBeforeTheCleanStepsAreOver_hasTurnedNothing() {
        loop.hiddenMultiplier = Fault.during(60, 62);
        run(40, every(20));
        assertThat(turns()).isEmpty();
    }

    @Test
    void next_rateUnderWhichNoStepWasHealthy_isNotReturnedTo() {
        Observation healthy = Observation.of(1, Map.of(UPDATE_NORM, 1.0));

        assertThat(nextAfterARepair(2, List.of(healthy))).isPresent();
        assertThat(nextAfterARepair(2, List.of())).as("the window may be short").isPresent();
        assertThat(nextAfterARepair(1, List.of())).isEmpty();
        assertThat(nextAfterARepair(1, List.of(healthy))).as("that of a profile").isEmpty();
    }

    private static Optional<RecoveryAction.ScaleLearningRate> nextAfterARepair(
            long onset, List<Observation> reference) {
        Relaxer relaxer = new Relaxer(new RecoveryConfig.Relaxing(true, 5, 2));
        Incident closed =
                new Incident(
                        1,
                        new StepKey(0, 2, 0),
                        onset,
                        List.of(),
                        Fixtures.certain(Cause.KL_EXPLOSION),
                        List.of(),
                        List.of());
        relaxer.repaired(0.05, closed, reference);
        for (int step = 2; step < 12; step++) {
            relaxer.clean(Observation.of(step, Map.of(UPDATE_NORM, 0.2)));
        }
        return relaxer.next();
    }
}
