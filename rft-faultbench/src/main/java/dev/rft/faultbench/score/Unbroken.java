package dev.rft.faultbench.score;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * How far apart trainings end that nobody broke: by workload and seed the healthy run and its twins
 * after a legitimate change. A loss below that says little of a fault.
 */
final class Unbroken {

    private Unbroken() {}

    static Table table(List<Case> cases) {
        Map<String, Map<String, Accuracy>> rows = new TreeMap<>();
        Map<String, Accuracy> healthy = new TreeMap<>();
        TreeSet<String> changes = new TreeSet<>();
        for (Case each : cases) {
            healthy.put(each.unit(), each.healthy());
            if (!each.faulty()) {
                changes.add(each.truth().id());
                rows.computeIfAbsent(each.unit(), any -> new TreeMap<>())
                        .put(each.truth().id(), each.alone().accuracy());
            }
        }
        List<String> head = new ArrayList<>(List.of("workload and seed", "healthy"));
        head.addAll(changes);
        List<List<String>> cells = new ArrayList<>();
        healthy.forEach(
                (unit, accuracy) -> {
                    List<String> row = new ArrayList<>(List.of(unit, percent(accuracy)));
                    Map<String, Accuracy> twins = rows.getOrDefault(unit, Map.of());
                    changes.forEach(
                            change ->
                                    row.add(
                                            twins.containsKey(change)
                                                    ? percent(twins.get(change))
                                                    : "–"));
                    cells.add(row);
                });
        return new Table(
                "Trainings that nobody broke",
                "Final held-out accuracy in per cent. Where these are far apart, a loss of as much"
                        + " says little.",
                head,
                cells);
    }

    private static String percent(Accuracy accuracy) {
        return String.format(Locale.ROOT, "%.1f", 100 * accuracy.value());
    }
}
