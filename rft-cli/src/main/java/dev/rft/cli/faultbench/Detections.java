package dev.rft.cli.faultbench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rft.cli.evaluate.PoissonInterval;
import dev.rft.faultbench.score.Share;
import dev.rft.faultbench.score.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What was seen in the runs that nobody looked after, and what it was taken for: the scores of
 * {@code rft evaluate}, with intervals and as tables.
 */
final class Detections {

    /** Heads the column of the right answers in the matrix of answers. */
    static final String TRUTH = "truth";

    private static final String MISSED = "missed";
    private static final Set<String> ABSTAINED = Set.of("UNKNOWN", "BENIGN");

    private final JsonNode split;

    /**
     * Takes scores.
     *
     * @param seen what {@code rft evaluate --json} prints of one split
     */
    Detections(JsonNode seen) {
        this.split = seen.path("splits").path(0);
    }

    /**
     * Returns it all as tables.
     *
     * @param benign how many benign changes there are
     */
    List<Table> tables(int benign) {
        return List.of(methods(benign), faults(), diagnosis(), confusionTable(), calibration());
    }

    /** Returns the library's own scores. */
    JsonNode own() {
        return split.path("methods").path(0);
    }

    /** Returns the faulty runs in which the library alarmed from the onset on. */
    Set<String> seenRuns() {
        Set<String> seen = new TreeSet<>();
        for (JsonNode run : split.path("results")) {
            long onset = run.path("onset_step").asLong(Long.MAX_VALUE);
            if (stream(run.path("alarms"))
                    .anyMatch(alarm -> alarm.path("alarm_step").asLong() >= onset)) {
                seen.add(run.path("run").asText());
            }
        }
        return seen;
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    static Share recall(JsonNode scores) {
        return new Share(scores.path("detected").asLong(), scores.path("faulty_runs").asLong());
    }

    static Share precision(JsonNode scores) {
        long detected = scores.path("detected").asLong();
        return new Share(
                detected,
                detected
                        + scores.path("alarmed_before_onset").asLong()
                        + scores.path("healthy_runs_alarmed").asLong());
    }

    /** Returns false alarms per 1,000 healthy steps with their interval, for people. */
    static String falseAlarms(JsonNode scores) {
        long alarms = scores.path("false_alarms").asLong();
        double thousands = scores.path("healthy_steps").asLong() / 1_000.0;
        PoissonInterval interval = PoissonInterval.of(alarms);
        return thousands == 0
                ? "–"
                : format(
                        "%d in %,.0f: %.2f (%.2f to %.2f)",
                        alarms,
                        1_000 * thousands,
                        alarms / thousands,
                        interval.low() / thousands,
                        interval.high() / thousands);
    }

    private static String perChange(JsonNode scores, int benign) {
        JsonNode rate = scores.path("alarms_per_benign_event");
        if (!rate.isNumber() || benign == 0) {
            return "–";
        }
        PoissonInterval interval = PoissonInterval.of(Math.round(rate.asDouble() * benign));
        return format(
                "%.2f (%.2f to %.2f)",
                rate.asDouble(), interval.low() / benign, interval.high() / benign);
    }

    private Table methods(int benign) {
        List<String> strengths = new ArrayList<>();
        own().path("strengths").fieldNames().forEachRemaining(strengths::add);
        List<String> head = new ArrayList<>(List.of("method", "F1", "precision"));
        strengths.forEach(strength -> head.add("recall, " + strength));
        head.addAll(
                List.of(
                        "false alarms per 1,000 healthy steps",
                        "alarms per benign change",
                        "delay"));
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode method : split.path("methods")) {
            List<String> row = new ArrayList<>();
            row.add(method.path("method").asText());
            row.add(number(method.path("f1"), "%.2f"));
            row.add(precision(method).text());
            for (String strength : strengths) {
                row.add(recall(method.path("strengths").path(strength)).text());
            }
            row.add(falseAlarms(method));
            row.add(perChange(method, benign));
            row.add(number(method.path("median_delay"), "%.1f"));
            rows.add(row);
        }
        return new Table(
                "Detection, on the runs that nobody looked after",
                "A run with an alarm before the onset has failed. Delay: median, in steps. Shares"
                        + " with their 95 % intervals (Wilson), rates with theirs (Poisson). What ends"
                        + " a run at its onset (hang, process death) leaves no step to look at and is"
                        + " scored under repair alone.",
                head,
                rows);
    }

    private Table faults() {
        List<List<String>> rows = new ArrayList<>();
        own().path("faults")
                .properties()
                .forEach(
                        fault -> {
                            JsonNode scores = fault.getValue();
                            JsonNode named = scores.path("diagnosis");
                            rows.add(
                                    List.of(
                                            fault.getKey(),
                                            recall(scores).text(),
                                            number(scores.path("median_delay"), "%.1f"),
                                            number(
                                                    scores.path("median_absolute_onset_error"),
                                                    "%.1f"),
                                            number(named.path("type_top1"), "%.2f"),
                                            number(named.path("type_top3"), "%.2f"),
                                            number(named.path("family_top1"), "%.2f")));
                        });
        return new Table(
                "Detection and diagnosis by type and strength",
                "Right names among those that were detected.",
                List.of(
                        "fault",
                        "recall",
                        "delay",
                        "onset off by",
                        "type right",
                        "type in first 3",
                        "family right"),
                rows);
    }

    private Table diagnosis() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(diagnosis("all", own().path("diagnosis")));
        own().path("strengths")
                .properties()
                .forEach(
                        strength ->
                                rows.add(
                                        diagnosis(
                                                strength.getKey(),
                                                strength.getValue().path("diagnosis"))));
        return new Table(
                "Diagnosis of what was detected",
                "Macro-F1 over the types and families that occurred; with missed: a fault that was"
                        + " not detected is a wrong answer. An abstention is a wrong answer, too.",
                List.of(
                        "strength",
                        "abstained",
                        "type right",
                        "type in first 3",
                        "family right",
                        "family in first 3",
                        "type F1",
                        "family F1",
                        "type F1 with missed",
                        "family F1 with missed"),
                rows);
    }

    private static List<String> diagnosis(String name, JsonNode named) {
        long runs = named.path("runs").asLong();
        List<String> row = new ArrayList<>(List.of(name));
        row.add(new Share(named.path("abstained").asLong(), runs).text());
        for (String field : List.of("type_top1", "type_top3", "family_top1", "family_top3")) {
            row.add(new Share(Math.round(named.path(field).asDouble() * runs), runs).text());
        }
        row.add(number(named.path("type_macro_f1"), "%.2f"));
        row.add(number(named.path("family_macro_f1"), "%.2f"));
        row.add(number(named.path("type_macro_f1_with_missed"), "%.2f"));
        row.add(number(named.path("family_macro_f1_with_missed"), "%.2f"));
        return row;
    }

    /** Returns how often each true type was given each name. */
    Map<String, Map<String, Integer>> confusion() {
        Map<String, Map<String, Integer>> counts = new TreeMap<>();
        for (JsonNode run : split.path("results")) {
            if (run.has("onset_step")) {
                counts.computeIfAbsent(run.path("fault").asText(), any -> new TreeMap<>())
                        .merge(said(run), 1, Integer::sum);
            }
        }
        return counts;
    }

    private static String said(JsonNode run) {
        String outcome = run.path("outcome").asText();
        if (!outcome.equals("detected")) {
            return outcome.equals("missed") ? MISSED : "too early";
        }
        long onset = run.path("onset_step").asLong();
        String named =
                stream(run.path("alarms"))
                        .filter(alarm -> alarm.path("alarm_step").asLong() >= onset)
                        .map(alarm -> alarm.path("fault").asText())
                        .findFirst()
                        .orElse(MISSED);
        return named.isEmpty() || ABSTAINED.contains(named) ? "abstained" : named;
    }

    private Table confusionTable() {
        Map<String, Map<String, Integer>> counts = confusion();
        TreeSet<String> names = new TreeSet<>();
        counts.values().forEach(row -> names.addAll(row.keySet()));
        List<String> head = new ArrayList<>(List.of(TRUTH));
        head.addAll(names);
        List<List<String>> rows = new ArrayList<>();
        counts.forEach(
                (truth, said) -> {
                    List<String> row = new ArrayList<>(List.of(truth));
                    for (String name : names) {
                        row.add(said.containsKey(name) ? String.valueOf(said.get(name)) : "");
                    }
                    rows.add(row);
                });
        return new Table(
                "What faults were taken for",
                "Rows: the truth. Columns: the first answer; abstained: an incident without a name;"
                        + " missed: no incident; too early: one before the onset.",
                head,
                rows);
    }

    private Table calibration() {
        JsonNode diagnosis = own().path("diagnosis");
        List<List<String>> rows = new ArrayList<>();
        for (JsonNode bin : diagnosis.path("reliability")) {
            long answers = bin.path("answers").asLong();
            rows.add(
                    List.of(
                            number(bin.path("probability"), "%.2f"),
                            new Share(Math.round(bin.path("right").asDouble() * answers), answers)
                                    .text()));
        }
        return new Table(
                "Calibration of the first answer",
                "Expected calibration error: "
                        + number(diagnosis.path("calibration_error"), "%.2f")
                        + ".",
                List.of("given with probability", "right"),
                rows);
    }

    /** Returns the intervals and the confusion matrix as JSON. */
    void into(ObjectNode json) {
        ArrayNode methods = json.putArray("detection");
        for (JsonNode method : split.path("methods")) {
            ObjectNode of = methods.addObject().put("method", method.path("method").asText());
            interval(of, "recall", recall(method));
            interval(of, "precision", precision(method));
            method.path("strengths")
                    .properties()
                    .forEach(
                            strength ->
                                    interval(
                                            of,
                                            "recall_" + strength.getKey(),
                                            recall(strength.getValue())));
        }
        ObjectNode confusion = json.putObject("confusion");
        confusion()
                .forEach(
                        (truth, said) -> {
                            ObjectNode row = confusion.putObject(truth);
                            said.forEach(row::put);
                        });
    }

    private static void interval(ObjectNode json, String name, Share share) {
        ArrayNode of = json.putArray(name);
        if (share.of() > 0) {
            of.add(share.value()).add(share.low()).add(share.high());
        }
    }

    private static String number(JsonNode number, String pattern) {
        return number.isNumber() ? format(pattern, number.asDouble()) : "–";
    }

    @SuppressWarnings("AnnotateFormatMethod") // the patterns are those above
    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
