package dev.rft.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.AlarmBudget;
import dev.rft.monitor.Monitor;
import dev.rft.monitor.diagnose.FingerprintDiagnoser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RewinderTest {

    private final Monitor monitor = Monitor.standard(AlarmBudget.perTenThousandSteps(1));
    private final Rewinder rewinder = new Rewinder(monitor);
    private final Random random = new Random(5);

    private Observation step(int attempt, long step, double reward) {
        return Observation.of(
                new StepKey(attempt, step, 0),
                Map.of(
                        Signals.REWARD_MEAN,
                        reward + 0.02 * random.nextGaussian(),
                        Signals.GRAD_NORM,
                        Math.exp(0.2 * random.nextGaussian())));
    }

    private List<Observation> steps(int attempt, int from, int to, double reward) {
        List<Observation> steps = new ArrayList<>();
        for (int step = from; step <= to; step++) {
            steps.add(step(attempt, step, reward));
        }
        return steps;
    }

    private void show(List<Observation> steps) {
        for (Observation step : steps) {
            rewinder.before(step.key());
            monitor.inspect(step);
            rewinder.after(step);
        }
    }

    private static Map<String, String> learned(Monitor of) {
        Map<String, String> text = new TreeMap<>();
        of.save()
                .detectors()
                .forEach(
                        (id, state) ->
                                text.put(
                                        id,
                                        state.values().entrySet().stream()
                                                .map(
                                                        value ->
                                                                value.getKey()
                                                                        + Arrays.toString(
                                                                                value.getValue()))
                                                .collect(Collectors.joining())));
        return text;
    }

    private static Map<String, String> learnedFrom(List<Observation> steps) {
        Monitor other = Monitor.standard(AlarmBudget.perTenThousandSteps(1));
        steps.forEach(other::inspect);
        return learned(other);
    }

    @Test
    void before_rolledBackSteps_leavesWhatTheEffectiveStepsTaught() {
        List<Observation> kept = steps(0, 1, 87, 0.5);
        List<Observation> undone = steps(0, 88, 140, 0.0);
        List<Observation> again = steps(1, 88, 90, 0.5);
        show(kept);
        show(undone);
        show(again);

        List<Observation> effective = new ArrayList<>(kept);
        effective.addAll(again);
        assertThat(learned(monitor)).isEqualTo(learnedFrom(effective));
    }

    @Test
    void before_backTwice_leavesWhatTheEffectiveStepsTaught() {
        List<Observation> kept = steps(0, 1, 60, 0.5);
        show(kept);
        show(steps(0, 61, 100, 0.0));
        show(steps(1, 61, 99, 0.1));
        List<Observation> again = steps(2, 61, 140, 0.5);
        show(again);

        List<Observation> effective = new ArrayList<>(kept);
        effective.addAll(again);
        assertThat(learned(monitor)).isEqualTo(learnedFrom(effective));
    }

    @Test
    void before_runBeginsAnew_forgetsAll() {
        show(steps(0, 5, 700, 0.5));
        List<Observation> again = steps(1, 5, 20, 0.9);
        show(again);

        assertThat(learned(monitor)).isEqualTo(learnedFrom(again));
    }

    @Test
    void before_backFurtherThanIsKept_keepsWhatWasLearned() {
        List<Observation> all = steps(0, 1, 700, 0.5);
        show(all);
        rewinder.before(new StepKey(1, 100, 0));

        assertThat(learned(monitor)).isEqualTo(learnedFrom(all));
    }

    @Test
    void observe_metricsWithARollback_isOneIncidentAndNoAlarmAtTheReturn() {
        Replay replay =
                new Replay(
                        ReplayConfig.defaults(), FingerprintDiagnoser.standard(), incident -> {});
        steps(0, 1, 80, 0.5).forEach(replay::observe);
        steps(0, 81, 110, 0.0).forEach(replay::observe);
        steps(1, 76, 240, 0.5).forEach(replay::observe);

        assertThat(replay.incidents()).hasSize(1);
        assertThat(replay.incidents().get(0).alarmStep()).isBetween(81L, 84L);
        assertThat(replay.incidents().get(0).onsetStep()).isEqualTo(81);
    }
}
