package dev.rft.faultbench.score;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rft.api.signal.StepKey;
import dev.rft.faultbench.bench.Difference;
import dev.rft.monitor.json.JsonSyntax;
import dev.rft.recovery.event.RftEvent;
import dev.rft.recovery.journal.JournalEntry;
import dev.rft.recovery.journal.JournalReader;
import dev.rft.recovery.journal.MetricsLog;
import dev.rft.recovery.journal.MetricsRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Whether runs that must be equal bit for bit are. Whoever looks after a run changes nothing before
 * the first action, and a process that resumes goes on as if nothing had been: where that does not
 * hold, a score compares runs that are no twins.
 */
final class Repeats {

    private static final String METRICS = "metrics.jsonl";
    private static final String RESUME = "resume";
    private static final String KILLED = "process-death";

    private final List<Pair> pairs;

    /**
     * Two runs.
     *
     * @param run names the second one
     * @param kind which runs it is one of
     * @param steps how many steps were executed twice, and compared
     * @param difference the first difference
     */
    record Pair(String run, String kind, long steps, Optional<String> difference) {}

    private Repeats(List<Pair> pairs) {
        this.pairs = List.copyOf(pairs);
    }

    static Repeats none() {
        return new Repeats(List.of());
    }

    static Repeats read(Path root) throws IOException {
        List<Pair> pairs = new ArrayList<>();
        for (Path run : Cases.children(root, Cases.LABEL)) {
            JsonNode label = JsonSyntax.read(run.resolve(Cases.LABEL));
            if (!Cases.healthy(label) && Files.exists(run.resolve(Cases.RESULT))) {
                pairs.addAll(pairs(run, label, root.resolve(Cases.unit(label))));
            }
        }
        return new Repeats(
                pairs.stream()
                        .filter(pair -> pair.steps() > 0 || pair.difference().isPresent())
                        .toList());
    }

    private static List<Pair> pairs(Path run, JsonNode label, Path healthy) throws IOException {
        List<Pair> pairs = new ArrayList<>();
        long from = Cases.onset(label);
        List<MetricsRow> alone = rows(run);
        for (Path arm : Cases.children(run, Cases.RESULT)) {
            pairs.add(pair(run, arm, alone, from));
        }
        if (label.path("benign_change").asText().equals(RESUME)
                && Files.exists(healthy.resolve(Cases.RESULT))) {
            String kind = "resumed, against the healthy run";
            pairs.add(compare(name(run), kind, rows(healthy), alone, from));
        }
        if (label.path("faults").findValuesAsText("injected").equals(List.of(KILLED))
                && Files.exists(healthy.resolve(Cases.RESULT))) {
            for (Path arm : Cases.children(run, Cases.RESULT)) {
                if (acted(arm.resolve(Cases.JOURNAL)).isEmpty()
                        && Files.exists(arm.resolve(Cases.JOURNAL))) {
                    pairs.add(killed(run, arm, rows(healthy)));
                }
            }
        }
        return pairs;
    }

    private static Pair pair(Path run, Path arm, List<MetricsRow> alone, long from)
            throws IOException {
        Optional<StepKey> acted = acted(arm.resolve(Cases.JOURNAL));
        List<MetricsRow> untouched =
                rows(arm).stream()
                        .filter(row -> row.key().attempt() == 0 && row.key().incarnation() == 0)
                        .takeWhile(
                                row -> acted.filter(key -> row.key().compareTo(key) > 0).isEmpty())
                        .toList();
        return compare(
                name(run) + "/" + name(arm),
                name(arm) + ", until its first action",
                alone,
                untouched,
                from);
    }

    /** What holds in the end of a run that was killed and resumed; all of it was executed anew. */
    private static Pair killed(Path run, Path arm, List<MetricsRow> healthy) throws IOException {
        String kind = name(arm) + ", killed and resumed, against the healthy run";
        return compare(
                name(run) + "/" + name(arm), kind, healthy, MetricsLog.effective(rows(arm)), 1);
    }

    private static Optional<StepKey> acted(Path journal) throws IOException {
        return !Files.exists(journal)
                ? Optional.empty()
                : JournalReader.read(journal).entries().stream()
                        .map(JournalEntry::event)
                        .filter(RftEvent.ActionTaken.class::isInstance)
                        .map(RftEvent::key)
                        .findFirst();
    }

    /**
     * Steps before the fork were executed once and shown to both, so that they are compared and not
     * counted.
     */
    private static Pair compare(
            String run, String kind, List<MetricsRow> was, List<MetricsRow> is, long from) {
        long steps = 0;
        Optional<String> difference = Optional.empty();
        for (int i = 0; i < Math.min(was.size(), is.size()) && difference.isEmpty(); i++) {
            steps += is.get(i).key().step() >= from ? 1 : 0;
            difference = Difference.between(was.get(i), is.get(i));
        }
        return new Pair(run, kind, steps, difference);
    }

    private static List<MetricsRow> rows(Path run) throws IOException {
        Path metrics = run.resolve(METRICS);
        return Files.exists(metrics) ? MetricsLog.read(metrics) : List.of();
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    Table table() {
        Map<String, List<Pair>> kinds = new TreeMap<>();
        pairs.forEach(
                pair -> kinds.computeIfAbsent(pair.kind(), any -> new ArrayList<>()).add(pair));
        List<List<String>> rows = new ArrayList<>();
        kinds.forEach(
                (kind, of) ->
                        rows.add(
                                List.of(
                                        kind,
                                        Integer.toString(of.size()),
                                        Long.toString(of.stream().mapToLong(Pair::steps).sum()),
                                        Long.toString(differing(of).count()))));
        List<String> how = differing();
        return new Table(
                "Runs that must repeat",
                "Against the run that nobody looked after, if nothing else is said, all signals bit"
                        + " for bit, steps since the fork."
                        + (how.isEmpty() ? "" : " Not equal: " + String.join("; ", how) + "."),
                List.of("which", "runs", "steps", "differ"),
                rows);
    }

    /** Returns the runs that are not what they must be, each with the first difference. */
    List<String> differing() {
        return differing(pairs)
                .map(pair -> pair.run() + ": " + pair.difference().orElseThrow())
                .toList();
    }

    private static Stream<Pair> differing(List<Pair> pairs) {
        return pairs.stream().filter(pair -> pair.difference().isPresent());
    }

    void into(ObjectNode json) {
        json.put("runs", pairs.size());
        json.put("steps", pairs.stream().mapToLong(Pair::steps).sum());
        ObjectNode differ = json.putObject("differ");
        differing(pairs).forEach(pair -> differ.put(pair.run(), pair.difference().orElseThrow()));
    }
}
