package dev.rft.cli.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** The words of the page: what the template's tags stand for. */
final class ReportPage {

    /** Less probable causes are left out. */
    private static final double NEGLIGIBLE = 0.01;

    private final ReportData data;
    private final Summary summary;

    ReportPage(ReportData data) {
        this.data = data;
        this.summary = data.summary();
    }

    Map<String, Object> values() {
        Story story = new Story(data);
        List<Marker> markers = Marker.of(data);
        return Map.ofEntries(
                Map.entry("title", story.title()),
                Map.entry("headline", story.headline()),
                Map.entry("faultName", story.struck() ? "fault " + summary.fault() : "no fault"),
                Map.entry("seed", summary.seed()),
                Map.entry("tiles", tiles()),
                Map.entry("hasMarkers", !markers.isEmpty()),
                Map.entry("markers", legend(markers)),
                Map.entry("hasDiscarded", hasDiscarded()),
                Map.entry("hasNonFinite", new ChartData(data).hasNonFinite()),
                Map.entry("charts", charts()),
                Map.entry("incidentsTitle", story.incidentsTitle()),
                Map.entry("incidents", data.incidents().stream().map(this::incident).toList()),
                Map.entry("facts", facts()));
    }

    private boolean hasDiscarded() {
        return data.supervised().points().stream().anyMatch(point -> !point.kept());
    }

    private List<Map<String, Object>> tiles() {
        String lag =
                summary.onsetStep().isPresent() && summary.detectedStep().isPresent()
                        ? lag(summary.detectedStep().getAsLong() - summary.onsetStep().getAsLong())
                        : "";
        String noticed =
                summary.detectedStep().isPresent()
                        ? "step " + summary.detectedStep().getAsLong()
                        : "none";
        List<Map<String, Object>> tiles = new ArrayList<>();
        summary.accuracyBeforeFault()
                .ifPresent(
                        before ->
                                tiles.add(
                                        tile(
                                                "plain",
                                                "Before the fault",
                                                Words.percent(before),
                                                "held-out accuracy")));
        tiles.add(
                tile(
                        "supervised",
                        "Supervised",
                        Words.percent(summary.accuracySupervised()),
                        "held-out accuracy at the end"));
        tiles.add(
                tile(
                        "twin",
                        "Twin without supervision",
                        Words.percent(summary.accuracyUnsupervised()),
                        "held-out accuracy at the end"));
        tiles.add(tile("plain", "First alarm", noticed, lag));
        return tiles;
    }

    private static String lag(long steps) {
        if (steps == 0) {
            return "in the step of the onset";
        }
        return Words.plural(Math.abs(steps), "step")
                + (steps > 0 ? " after" : " before")
                + " the onset";
    }

    private static Map<String, Object> tile(String tone, String label, String value, String note) {
        return Map.of("tone", tone, "label", label, "value", value, "note", note);
    }

    /** One entry for marks that say the same of the same step. */
    private static List<Map<String, Object>> legend(List<Marker> markers) {
        Set<Marker> distinct = new LinkedHashSet<>(markers);
        return distinct.stream()
                .map(
                        marker ->
                                Map.<String, Object>of(
                                        "kind", marker.kind(),
                                        "letter", marker.letter(),
                                        "text", marker.legend()))
                .toList();
    }

    private List<Map<String, Object>> charts() {
        List<Map<String, Object>> charts = new ArrayList<>();
        for (ChartSpec spec : ChartSpec.ALL) {
            charts.add(
                    Map.of(
                            "index", charts.size(),
                            "title", spec.title(),
                            "unit", spec.unit(),
                            "caption",
                                    "Supervised "
                                            + course(data.supervised(), spec)
                                            + "; twin "
                                            + course(data.unsupervised(), spec)
                                            + "."));
        }
        return charts;
    }

    /**
     * Says in words what the line shows: where it begins, where it stood before the fault, where it
     * ends.
     */
    private String course(RunMetrics run, ChartSpec spec) {
        String signal = spec.signal().name();
        List<RunMetrics.Point> measured =
                run.points().stream()
                        .filter(point -> point.kept() && point.value(signal).isPresent())
                        .toList();
        if (measured.isEmpty()) {
            return "was not measured";
        }
        Set<RunMetrics.Point> told = new LinkedHashSet<>();
        told.add(measured.get(0));
        long onset = summary.onsetStep().orElse(Long.MIN_VALUE);
        measured.stream()
                .filter(point -> point.step() < onset)
                .reduce((earlier, later) -> later)
                .ifPresent(told::add);
        told.add(measured.get(measured.size() - 1));
        return told.stream()
                .map(
                        point ->
                                spec.format(point.value(signal).orElse(Double.NaN))
                                        + " at step "
                                        + point.step())
                .collect(Collectors.joining(", "));
    }

    private Map<String, Object> incident(IncidentStory incident) {
        return Map.of(
                "number", incident.number(),
                "cause",
                        incident.candidates().isEmpty()
                                ? "cause unknown"
                                : Words.cause(incident.candidates().get(0).cause()),
                "span", span(incident),
                "alarms", incident.alarms().stream().map(ReportPage::alarm).toList(),
                "candidates", candidates(incident),
                "next", incident.next().stream().toList(),
                "course", course(incident));
    }

    private static String span(IncidentStory incident) {
        String end =
                incident.closedStep().isPresent()
                        ? "closed at step " + when(incident, incident.closedStep().getAsLong())
                        : "still open when the run ended";
        String onset =
                incident.onset().isPresent()
                        ? "Estimated to have begun at step "
                                + incident.onset().getAsLong()
                                + ", first alarm"
                        : "First alarm";
        return onset + " at step " + incident.openedStep() + ", " + end + ".";
    }

    private static Map<String, Object> alarm(IncidentStory.Alarm alarm) {
        OptionalDouble observed = alarm.observed();
        OptionalLong since = alarm.since();
        return Map.of(
                "signal", alarm.signal(),
                "observed", observed.isPresent() ? Words.number(observed.getAsDouble()) : "–",
                "expected", alarm.expected(),
                "since", since.isPresent() ? Long.toString(since.getAsLong()) : "–",
                "detector", alarm.detector(),
                "kind",
                        (alarm.evidenceClass() + (alarm.invariant() ? ", invariant" : ""))
                                .toLowerCase(Locale.ROOT)
                                .replace('_', ' '));
    }

    private static List<Map<String, Object>> candidates(IncidentStory incident) {
        return incident.candidates().stream()
                .filter(candidate -> candidate.probability() >= NEGLIGIBLE)
                .map(ReportPage::candidate)
                .toList();
    }

    private static Map<String, Object> candidate(IncidentStory.Candidate candidate) {
        return Map.of(
                "cause", Words.cause(candidate.cause()),
                "probability", candidate.probability(),
                "percent", Words.percent(candidate.probability()),
                "supporting", candidate.supporting(),
                "opposing", candidate.opposing());
    }

    private List<Map<String, Object>> course(IncidentStory incident) {
        List<Map<String, Object>> course = new ArrayList<>();
        if (incident.number() == 1) {
            summary.onsetStep()
                    .ifPresent(
                            step ->
                                    course.add(
                                            entry(
                                                    "fault",
                                                    Long.toString(step),
                                                    summary.faultSentence(),
                                                    "")));
        }
        course.add(
                entry(
                        "alarm",
                        Long.toString(incident.openedStep()),
                        Words.plural(incident.alarms().size(), "alarm"),
                        ""));
        for (IncidentStory.Action action : incident.actions()) {
            course.add(entry("action", when(incident, action.step()), action.words(), ""));
            Optional<String> outcome = action.outcome().filter(name -> !name.equals("PENDING"));
            if (outcome.isPresent() && action.verifiedStep().isPresent()) {
                course.add(
                        entry(
                                action.helped() ? "verified" : "plain",
                                when(incident, action.verifiedStep().getAsLong()),
                                "Verified: " + Story.outcome(outcome.get()),
                                action.reason()));
            }
        }
        incident.closedStep()
                .ifPresent(
                        step ->
                                course.add(
                                        entry(
                                                "plain",
                                                when(incident, step),
                                                "Incident closed",
                                                "")));
        return course;
    }

    /** A step before the alarm is one that was executed again after going back. */
    private static String when(IncidentStory incident, long step) {
        return step < incident.openedStep() ? step + ", again" : Long.toString(step);
    }

    private static Map<String, Object> entry(String tone, String step, String what, String more) {
        return Map.of(
                "tone", tone,
                "step", step,
                "what", what,
                "more", more.isEmpty() ? List.of() : List.of(more));
    }

    private List<Map<String, String>> facts() {
        List<Map<String, String>> facts = new ArrayList<>();
        facts.add(fact("Seed", Long.toString(summary.seed())));
        facts.add(fact("Training steps per run", Long.toString(summary.steps())));
        facts.add(fact("Fault", summary.fault()));
        facts.add(fact("Wall time, both runs", Words.duration(summary.seconds())));
        long executed = data.supervised().points().size();
        long kept = data.supervised().points().stream().filter(RunMetrics.Point::kept).count();
        facts.add(
                fact(
                        "Steps executed, supervised",
                        executed
                                + (executed > kept
                                        ? ", " + (executed - kept) + " rolled back"
                                        : "")));
        facts.add(
                fact(
                        "Steps executed, twin",
                        Integer.toString(data.unsupervised().points().size())));
        if (data.torn() > 0) {
            facts.add(fact("Torn lines passed over", Integer.toString(data.torn())));
        }
        return facts;
    }

    private static Map<String, String> fact(String name, String value) {
        return Map.of("name", name, "value", value);
    }
}
