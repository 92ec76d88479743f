package dev.rft.cli.faultbench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rft.cli.page.Page;
import dev.rft.faultbench.score.ArmScore;
import dev.rft.faultbench.score.Harm;
import dev.rft.faultbench.score.RepairScore;
import dev.rft.faultbench.score.Share;
import dev.rft.faultbench.score.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A score as a page that needs nothing but itself. */
final class ScorePage {

    private final Path directory;
    private final Detections seen;
    private final RepairScore repair;

    ScorePage(Path directory, Detections seen, RepairScore repair) {
        this.directory = directory;
        this.seen = seen;
        this.repair = repair;
    }

    String html() throws IOException {
        List<Harm> harms = repair.harm().stream().filter(harm -> harm.harmed().hits() > 0).toList();
        List<Table> tables = new ArrayList<>(repair.tables());
        tables.addAll(2, seen.tables(repair.benignChanges()));
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("directory", directory.toString());
        page.put("title", "Broken trainings, seen, named and repaired");
        page.put("headline", headline());
        page.put("tiles", tiles());
        page.put("hasHarm", !harms.isEmpty());
        page.put("hasSupervised", arm("supervised").isPresent());
        page.put("hasOracle", arm("oracle").isPresent());
        page.put("chart", HarmChart.of(harms));
        page.put("tables", tables.stream().map(ScorePage::table).toList());
        return Page.render(ScorePage.class, "score", page);
    }

    private String headline() {
        JsonNode own = seen.own();
        return String.format(
                Locale.ROOT,
                "%d runs with a fault and %d without, %,d healthy steps. Every faulty run forks from"
                        + " a healthy one, and is judged by what its policy can do on held-out items"
                        + " at the end.",
                own.path("faulty_runs").asLong(),
                own.path("healthy_runs").asLong(),
                own.path("healthy_steps").asLong());
    }

    private List<Map<String, String>> tiles() {
        JsonNode own = seen.own();
        List<Map<String, String>> tiles = new ArrayList<>();
        tiles.add(share("plain", "Faults seen", Detections.recall(own)));
        tiles.add(
                tile(
                        "plain",
                        "False alarms",
                        own.path("false_alarms").asText(),
                        Detections.falseAlarms(own).replaceFirst(".*: ", "") + " per 1,000"));
        JsonNode named = own.path("diagnosis");
        long runs = named.path("runs").asLong();
        tiles.add(
                share(
                        "plain",
                        "Named rightly",
                        new Share(Math.round(named.path("type_top1").asDouble() * runs), runs)));
        arm("supervised")
                .ifPresent(
                        arm -> {
                            tiles.add(share("supervised", "Recovered", arm.recovered()));
                            tiles.add(share("alone", "Made worse", arm.worse()));
                            tiles.add(share("plain", "Benign, acted on", arm.benignActedOn()));
                        });
        return tiles;
    }

    private Optional<ArmScore> arm(String name) {
        return repair.arms().stream().filter(arm -> arm.arm().equals(name)).findFirst();
    }

    private static Map<String, String> share(String tone, String label, Share share) {
        return share.of() == 0
                ? tile(tone, label, "–", "none to tell it by")
                : tile(
                        tone,
                        label,
                        share.hits() + " of " + share.of(),
                        String.format(
                                Locale.ROOT,
                                "%.0f %% (%.0f to %.0f)",
                                100 * share.value(),
                                100 * share.low(),
                                100 * share.high()));
    }

    private static Map<String, String> tile(String tone, String label, String value, String note) {
        return Map.of("tone", tone, "label", label, "value", value, "note", note);
    }

    private static Map<String, Object> table(Table table) {
        boolean matrix = table.head().get(0).equals(Detections.TRUTH);
        List<Map<String, Object>> rows = new ArrayList<>();
        for (List<String> row : table.rows()) {
            rows.add(Map.of("cells", cells(row, matrix, sum(row))));
        }
        return Map.of(
                "title", table.title(),
                "note", table.note(),
                "head", cells(table.head(), matrix, 0),
                "rows", rows);
    }

    /** In a matrix of counts a cell is the darker the larger its share of the row. */
    private static List<Map<String, String>> cells(List<String> row, boolean matrix, long sum) {
        List<Map<String, String>> cells = new ArrayList<>();
        for (int i = 0; i < row.size(); i++) {
            boolean count = matrix && i > 0;
            String shade =
                    count && sum > 0 && !row.get(i).isEmpty()
                            ? Long.toString(100 * Long.parseLong(row.get(i)) / sum)
                            : "";
            cells.add(
                    Map.of("text", row.get(i), "kind", count ? "count" : "plain", "shade", shade));
        }
        return cells;
    }

    private static long sum(List<String> row) {
        return row.stream().skip(1).filter(c -> c.matches("\\d+")).mapToLong(Long::parseLong).sum();
    }
}
