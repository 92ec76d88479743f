package dev.rft.cli.report;

import dev.rft.monitor.diagnose.Cause;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** The run in a few sentences. */
final class Story {

    private final ReportData data;
    private final Summary summary;

    Story(ReportData data) {
        this.data = data;
        this.summary = data.summary();
    }

    boolean struck() {
        return summary.onsetStep().isPresent();
    }

    String title() {
        boolean noticed = summary.detectedStep().isPresent();
        if (!struck()) {
            return noticed ? "No fault, but a false alarm" : "No fault, no alarm";
        }
        if (!noticed) {
            return "The fault was not noticed";
        }
        boolean named =
                summary.diagnosis().filter(id -> !id.equals(Cause.UNKNOWN.id())).isPresent();
        return (named ? "Noticed, named, " : "Noticed, ")
                + (helped() ? "repaired" : "not repaired");
    }

    String headline() {
        return beginning() + " " + noticed() + " " + end();
    }

    String incidentsTitle() {
        return data.incidents().size() == 1 ? "What happened" : "Incidents";
    }

    static String outcome(String name) {
        return switch (name) {
            case "HELPED" -> "helped";
            case "NO_EFFECT" -> "no effect";
            case "WORSE" -> "made it worse, undone";
            default -> name;
        };
    }

    private String beginning() {
        OptionalLong onset = summary.onsetStep();
        return summary.faultSentence()
                + (onset.isPresent() ? " at step " + onset.getAsLong() : "")
                + ".";
    }

    private String noticed() {
        OptionalLong detected = summary.detectedStep();
        if (detected.isEmpty()) {
            return struck()
                    ? "rft raised no alarm."
                    : "rft watched "
                            + Words.plural(summary.steps(), "step")
                            + " and raised no alarm.";
        }
        String named =
                summary.diagnosis()
                        .map(cause -> " and named it " + Words.cause(cause) + probability(cause))
                        .orElse("");
        return (struck() ? "rft noticed at step " : "rft raised an alarm at step ")
                + detected.getAsLong()
                + named
                + "."
                + actions();
    }

    private String probability(String cause) {
        return data.incidents().stream()
                .flatMap(incident -> incident.candidates().stream())
                .filter(candidate -> candidate.cause().equals(cause))
                .findFirst()
                .map(candidate -> " (" + Words.percent(candidate.probability()) + ")")
                .orElse("");
    }

    private String actions() {
        List<IncidentStory.Action> actions =
                data.incidents().stream().flatMap(incident -> incident.actions().stream()).toList();
        if (actions.isEmpty()) {
            return " It took no action.";
        }
        return actions.stream()
                .map(
                        action ->
                                action.words()
                                        + action.outcome()
                                                .map(name -> " (" + outcome(name) + ")")
                                                .orElse(""))
                .collect(Collectors.joining("; then ", " What it did: ", "."));
    }

    private String end() {
        String supervised = Words.percent(summary.accuracySupervised());
        String twin = Words.percent(summary.accuracyUnsupervised());
        if (supervised.equals(twin)) {
            return "Both runs ended at " + supervised + " held-out accuracy.";
        }
        return "The supervised run ended at "
                + supervised
                + " held-out accuracy; the twin without supervision ended at "
                + twin
                + ".";
    }

    /**
     * Tells whether the last that was done helped: a skip that helped before a halt is no repair.
     */
    private boolean helped() {
        List<IncidentStory.Action> actions =
                data.incidents().stream().flatMap(incident -> incident.actions().stream()).toList();
        return !actions.isEmpty() && actions.get(actions.size() - 1).helped();
    }
}
