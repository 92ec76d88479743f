package dev.rft.faultbench.score;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rft.faultbench.bench.FaultBench;
import dev.rft.monitor.json.JsonSyntax;
import dev.rft.recovery.event.RftEvent;
import dev.rft.recovery.journal.JournalEntry;
import dev.rft.recovery.journal.JournalReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Reads the files of a benchmark. Runs that are not done yet are left out. */
final class Cases {

    static final String LABEL = "label.json";
    static final String RESULT = "result.json";
    static final String JOURNAL = "journal.jsonl";
    private static final String INCURABLE = "NOTHING";

    private Cases() {}

    static List<Case> read(Path root) throws IOException {
        Map<String, Accuracy> healthy = new TreeMap<>();
        List<Path> runs = children(root, LABEL);
        for (Path run : runs) {
            JsonNode label = json(run.resolve(LABEL));
            if (healthy(label) && Files.exists(run.resolve(RESULT))) {
                healthy.put(unit(label), accuracy(run.resolve(RESULT)));
            }
        }
        List<Case> cases = new ArrayList<>();
        for (Path run : runs) {
            JsonNode label = json(run.resolve(LABEL));
            Accuracy twin = healthy.get(unit(label));
            if (!healthy(label) && twin != null && Files.exists(run.resolve(RESULT))) {
                cases.add(read(run, label, twin));
            }
        }
        return cases;
    }

    private static Case read(Path run, JsonNode label, Accuracy healthy) throws IOException {
        Map<String, Case.Ending> arms = new TreeMap<>();
        arms.put(Case.ALONE, ending(run));
        Case.Truth truth = truth(label);
        for (Path arm : children(run, RESULT)) {
            String name = String.valueOf(arm.getFileName());
            Case.Ending ending = ending(arm);
            arms.put(name, name.equals(Case.ORACLE) ? ending.naming(truth) : ending);
        }
        return new Case(label.path("run_id").asText(), truth, healthy, arms);
    }

    private static Case.Truth truth(JsonNode label) {
        List<String> types = new ArrayList<>();
        boolean curable = true;
        for (JsonNode fault : label.path("faults")) {
            types.add(fault.path("name").asText());
            curable &= !fault.path("cure").asText().equals(INCURABLE);
        }
        String unit = unit(label) + "-";
        String run = label.path("run_id").asText();
        return new Case.Truth(
                label.path("task").asText(),
                run.startsWith(unit) ? run.substring(unit.length()) : run,
                types,
                curable,
                onset(label),
                label.path("steps").asLong());
    }

    private static Case.Ending ending(Path directory) throws IOException {
        Path file = directory.resolve(RESULT);
        JsonNode result = json(file);
        JsonNode seconds = result.path("seconds");
        long actions = 0;
        Optional<String> named = Optional.empty();
        if (Files.exists(directory.resolve(JOURNAL))) {
            for (JournalEntry entry : JournalReader.read(directory.resolve(JOURNAL)).entries()) {
                if (entry.event() instanceof RftEvent.ActionTaken) {
                    actions++;
                } else if (entry.event() instanceof RftEvent.IncidentOpened opened) {
                    named = Optional.of(opened.incident().diagnosis().cause().id());
                } else if (entry.event() instanceof RftEvent.IncidentClosed closed) {
                    named = Optional.of(closed.incident().diagnosis().cause().id());
                }
            }
        }
        return new Case.Ending(
                accuracy(file),
                result.path("executed_steps").asLong(),
                seconds.isNumber() ? OptionalDouble.of(seconds.asDouble()) : OptionalDouble.empty(),
                !result.path("completed").asBoolean(true),
                actions,
                named);
    }

    private static Accuracy accuracy(Path file) throws IOException {
        JsonNode result = json(file);
        JsonNode value = result.path("accuracy_final");
        int version = result.path("bench_version").asInt(1);
        if (!value.isNumber()) {
            throw new IOException(file + ": has no accuracy_final");
        }
        if (version != FaultBench.VERSION) {
            throw new IOException(
                    file + ": bench_version must be " + FaultBench.VERSION + ", was " + version);
        }
        try {
            return new Accuracy(
                    value.asDouble(),
                    result.path("items").asInt(Accuracy.ITEMS),
                    result.path("right").asText(""));
        } catch (IllegalArgumentException invalid) {
            throw new IOException(file + ": " + invalid.getMessage(), invalid);
        }
    }

    static boolean healthy(JsonNode label) {
        return label.path("faults").isEmpty() && label.path("benign_change").isNull();
    }

    /** Returns the first step that is not the healthy run's. */
    static long onset(JsonNode label) {
        return label.path(label.path("faults").isEmpty() ? "change_step" : "onset_step").asLong();
    }

    static String unit(JsonNode label) {
        return label.path("task").asText() + "-s" + label.path("seed").asText();
    }

    static List<Path> children(Path directory, String holding) throws IOException {
        try (Stream<Path> children = Files.list(directory)) {
            return children.filter(child -> Files.isRegularFile(child.resolve(holding)))
                    .sorted()
                    .toList();
        }
    }

    private static JsonNode json(Path file) throws IOException {
        return JsonSyntax.read(file);
    }
}
