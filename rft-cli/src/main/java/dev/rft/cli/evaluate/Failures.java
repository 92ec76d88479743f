package dev.rft.cli.evaluate;

import dev.rft.api.signal.Observation;
import dev.rft.cli.replay.Replay;
import dev.rft.cli.replay.ReplayConfig;
import dev.rft.cli.replay.ReplayedIncident;
import dev.rft.monitor.Finding;
import dev.rft.monitor.diagnose.Cause;
import dev.rft.monitor.diagnose.Diagnoser;
import dev.rft.monitor.diagnose.Diagnosis;
import dev.rft.monitor.diagnose.FingerprintDiagnoser;
import dev.rft.monitor.diagnose.FingerprintLearner;
import dev.rft.monitor.log.LogOptions;
import dev.rft.monitor.log.LogReader;
import dev.rft.monitor.log.Logs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;

/** What a diagnoser is shown of the faults in labelled runs. */
final class Failures {

    private final LogOptions options;
    private final Diagnoser names = FingerprintDiagnoser.standard();

    Failures(LogOptions options) {
        this.options = options;
    }

    /** What a diagnoser was asked. */
    private record Question(List<Finding> findings, List<Observation> recent) {}

    /**
     * Shows a run's fault to a learner, as replay shows it to the diagnoser.
     *
     * @return whether there was one: a single type of fault with a fingerprint, that was detected
     * @throws IOException when the log cannot be read
     */
    boolean show(Evaluation.Run run, FingerprintLearner learner) throws IOException {
        Optional<Cause> cause = cause(run.label());
        if (cause.isEmpty()) {
            return false;
        }
        IdentityHashMap<Diagnosis, Question> asked = new IdentityHashMap<>();
        Diagnoser remembers =
                (findings, recent) -> {
                    Diagnosis answer = names.diagnose(findings, recent);
                    asked.put(answer, new Question(List.copyOf(findings), List.copyOf(recent)));
                    return answer;
                };
        Replay replay = new Replay(ReplayConfig.defaults(), remembers, incident -> {});
        try (LogReader log = Logs.open(run.directory(), options)) {
            replay.readAll(log);
        }
        Optional<Question> question = hit(run.label(), replay).map(hit -> asked.get(hit));
        if (question.isEmpty() || question.get().findings().stream().noneMatch(Finding::alarm)) {
            return false;
        }
        learner.add(cause.get(), question.get().findings(), question.get().recent());
        return true;
    }

    private static Optional<Diagnosis> hit(Label label, Replay replay) {
        List<Alarm> alarms = new ArrayList<>();
        replay.incidents()
                .forEach(
                        incident ->
                                alarms.add(
                                        new Alarm(
                                                incident.alarmStep(),
                                                incident.onsetStep(),
                                                List.of())));
        return new RunResult(label, replay.records(), alarms)
                .hit()
                .map(hit -> replay.incidents().get(alarms.indexOf(hit)))
                .map(ReplayedIncident::diagnosis);
    }

    private static Optional<Cause> cause(Label label) {
        List<String> types = label.faults().stream().map(Label.Injected::fault).distinct().toList();
        return types.size() == 1
                ? Arrays.stream(Cause.values())
                        .filter(cause -> cause.id().equals(types.get(0)))
                        .findFirst()
                : Optional.empty();
    }
}
