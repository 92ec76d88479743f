package dev.rft.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * The numbers of a run, one point per executed step.
 *
 * @param points in the order of execution; copied
 * @param torn how many lines of the file were not whole
 */
public record RunMetrics(List<Point> points, int torn) {

    /**
     * One executed step.
     *
     * @param step the training step
     * @param attempt counts rollbacks, from 0
     * @param incarnation counts resumes after a crash, from 0
     * @param kept whether the run was built on it to the end: not rolled back later
     * @param values value per signal name, possibly not finite; copied
     */
    public record Point(
            long step, int attempt, int incarnation, boolean kept, Map<String, Double> values) {

        /** Copies the map. */
        public Point {
            values = Map.copyOf(values);
        }

        /**
         * Returns the value of a signal.
         *
         * @param signal its name
         * @return the value, possibly not finite; empty when it was not measured
         */
        public OptionalDouble value(String signal) {
            Double value = values.get(signal);
            return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
        }
    }

    /** Copies the list. */
    public RunMetrics {
        points = List.copyOf(Objects.requireNonNull(points, "points"));
    }

    static RunMetrics read(Path file) throws IOException {
        JsonLines lines = JsonLines.read(file);
        List<JsonNode> steps = lines.objects().stream().filter(line -> line.has("step")).toList();
        List<Point> points = new ArrayList<>(steps.size());
        boolean[] kept = kept(steps);
        for (int i = 0; i < steps.size(); i++) {
            points.add(point(steps.get(i), kept[i]));
        }
        return new RunMetrics(points, lines.torn());
    }

    /**
     * Seen from the end of the run, a step is kept when nothing that was executed after it has the
     * same number or a smaller one.
     */
    private static boolean[] kept(List<JsonNode> steps) {
        boolean[] kept = new boolean[steps.size()];
        long earliestLater = Long.MAX_VALUE;
        for (int i = steps.size() - 1; i >= 0; i--) {
            long step = steps.get(i).path("step").asLong();
            kept[i] = step < earliestLater;
            earliestLater = Math.min(earliestLater, step);
        }
        return kept;
    }

    private static Point point(JsonNode line, boolean kept) {
        Map<String, Double> values = new HashMap<>();
        line.path("values")
                .properties()
                .forEach(
                        entry ->
                                JsonLines.number(entry.getValue())
                                        .ifPresent(value -> values.put(entry.getKey(), value)));
        return new Point(
                line.path("step").asLong(),
                line.path("attempt").asInt(),
                line.path("incarnation").asInt(),
                kept,
                values);
    }
}
