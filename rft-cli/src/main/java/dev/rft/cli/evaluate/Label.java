package dev.rft.cli.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rft.monitor.diagnose.Cause;
import dev.rft.monitor.json.JsonSyntax;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The truth about a run, from its {@code label.json}. No detector ever sees it.
 *
 * @param run name of the run
 * @param faults what was broken, in the order of onset; empty for a healthy run
 * @param strength how strongly, such as {@code easy}; empty for a healthy run
 * @param benign the legitimate change that was made; empty for none
 * @param change the first step after that change
 * @param control the family and strength that a healthy run was made to be compared with, such as
 *     {@code RF hard}; empty for all
 * @param fields the label's plain fields by name, to choose runs by
 */
record Label(
        String run,
        List<Injected> faults,
        String strength,
        String benign,
        OptionalLong change,
        String control,
        Map<String, String> fields) {

    /**
     * A fault in a run.
     *
     * @param fault its type: {@code OD-1}
     * @param family its family: {@code OD}
     * @param onset the first step logged under it
     * @param end the last
     */
    record Injected(String fault, String family, long onset, long end) {
        Injected {
            Objects.requireNonNull(fault, "fault");
            Objects.requireNonNull(family, "family");
            if (onset < 1 || end < onset) {
                throw new IllegalArgumentException(
                        "fault "
                                + fault
                                + ": must have 1 <= onset <= end, was "
                                + onset
                                + ".."
                                + end);
            }
        }

        /**
         * A fault of the family that it has among the causes; of another, what stands before the
         * dash.
         */
        Injected(String fault, long onset, long end) {
            this(fault, familyOf(fault), onset, end);
        }

        private static String familyOf(String fault) {
            int dash = fault.indexOf('-');
            return Arrays.stream(Cause.values())
                    .filter(cause -> cause.id().equals(fault))
                    .map(Cause::family)
                    .findFirst()
                    .orElse(dash < 0 ? fault : fault.substring(0, dash));
        }
    }

    Label(
            String run,
            List<Injected> faults,
            String strength,
            String benign,
            OptionalLong change,
            Map<String, String> fields) {
        this(run, faults, strength, benign, change, "", fields);
    }

    Label {
        Objects.requireNonNull(run, "run");
        faults = List.copyOf(faults);
        Objects.requireNonNull(strength, "strength");
        Objects.requireNonNull(benign, "benign");
        Objects.requireNonNull(change, "change");
        Objects.requireNonNull(control, "control");
        fields = Map.copyOf(fields);
    }

    boolean faulty() {
        return !faults.isEmpty();
    }

    /** Returns the first fault's onset. */
    long onset() {
        return faults.get(0).onset();
    }

    /** Returns the end of the fault that lasts longest. */
    long end() {
        return faults.stream().mapToLong(Injected::end).max().orElseThrow();
    }

    /** Returns the run's group in a table: {@code OD-1}, or {@code OD-1+TE-3} for two faults. */
    String type() {
        return String.join("+", faults.stream().map(Injected::fault).toList());
    }

    /** Returns the group's family, {@code MULTI} for faults of different families. */
    String family() {
        List<String> families = faults.stream().map(Injected::family).distinct().toList();
        return families.size() == 1 ? families.get(0) : "MULTI";
    }

    static Label read(Path file) throws IOException {
        JsonNode json = JsonSyntax.read(file);
        try {
            return of(json);
        } catch (IllegalArgumentException | NullPointerException invalid) {
            throw new IOException(file + ": " + invalid.getMessage(), invalid);
        }
    }

    private static Label of(JsonNode json) {
        Map<String, String> fields = new TreeMap<>();
        json.properties()
                .forEach(
                        field -> {
                            if (field.getValue().isValueNode()) {
                                fields.put(field.getKey(), field.getValue().asText(""));
                            }
                        });
        if (!json.path("run_id").isTextual() || !json.path("fault").isTextual()) {
            throw new IllegalArgumentException("must have a run_id and a fault");
        }
        List<Injected> faults = new ArrayList<>();
        for (JsonNode fault : json.path("faults")) {
            faults.add(
                    new Injected(
                            fault.path("name").asText(),
                            fault.path("onset").asLong(),
                            fault.path("end").asLong(Long.MAX_VALUE)));
        }
        if (faults.isEmpty() && json.path("onset_step").isNumber()) {
            faults.add(
                    new Injected(
                            json.path("fault").asText(),
                            json.path("onset_step").asLong(),
                            json.path("end_step").asLong(Long.MAX_VALUE)));
        }
        faults.sort((one, other) -> Long.compare(one.onset(), other.onset()));
        JsonNode change = json.path("change_step");
        return new Label(
                json.path("run_id").asText(),
                faults,
                json.path("strength").asText(""),
                json.path("benign_change").asText(""),
                change.isNumber() ? OptionalLong.of(change.asLong()) : OptionalLong.empty(),
                fields);
    }
}
