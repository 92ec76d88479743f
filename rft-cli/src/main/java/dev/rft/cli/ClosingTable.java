package dev.rft.cli;

import dev.rft.cli.report.Summary;
import dev.rft.cli.report.Words;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The outcome of a demo in a few lines. */
final class ClosingTable {

    private ClosingTable() {}

    static List<String> lines(Summary summary, Path report) {
        Map<String, String> rows = new LinkedHashMap<>();
        rows.put("fault", fault(summary));
        rows.put("noticed", noticed(summary));
        if (summary.detectedStep().isPresent()) {
            rows.put("diagnosis", summary.diagnosis().map(Words::cause).orElse("none"));
            rows.put(
                    "repair",
                    summary.actions().isEmpty() ? "none" : String.join("; ", summary.actions()));
        }
        OptionalDouble before = summary.accuracyBeforeFault();
        rows.put("held-out accuracy", "");
        if (before.isPresent()) {
            rows.put("  before the fault", Words.percent(before.getAsDouble()));
        }
        rows.put("  supervised", Words.percent(summary.accuracySupervised()));
        rows.put("  unsupervised twin", Words.percent(summary.accuracyUnsupervised()));
        rows.put("time", Words.duration(summary.seconds()));
        rows.put("report", report.toString());
        return aligned(rows);
    }

    private static String fault(Summary summary) {
        OptionalLong onset = summary.onsetStep();
        return summary.fault()
                + (onset.isPresent() ? " at step " + onset.getAsLong() : "")
                + ", seed "
                + summary.seed();
    }

    private static String noticed(Summary summary) {
        OptionalLong detected = summary.detectedStep();
        OptionalLong onset = summary.onsetStep();
        if (detected.isEmpty()) {
            return "no alarm";
        }
        String lag =
                onset.isPresent()
                        ? String.format(
                                Locale.ROOT,
                                " (onset %+d)",
                                detected.getAsLong() - onset.getAsLong())
                        : "";
        return "step " + detected.getAsLong() + lag;
    }

    private static List<String> aligned(Map<String, String> rows) {
        int width = rows.keySet().stream().mapToInt(String::length).max().orElse(1);
        int longest = rows.values().stream().mapToInt(String::length).max().orElse(1);
        String rule = "-".repeat(Math.min(100, width + 2 + longest));
        List<String> lines = new ArrayList<>(List.of("", rule));
        rows.forEach(
                (name, value) ->
                        lines.add(
                                String.format(Locale.ROOT, "%-" + width + "s  %s", name, value)
                                        .replaceAll("\\p{Cntrl}+", " ")
                                        .stripTrailing()));
        lines.add(rule);
        return lines;
    }
}
