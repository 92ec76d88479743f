package dev.rft.recovery.journal;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.monitor.Finding;
import dev.rft.monitor.json.JsonFields;
import dev.rft.recovery.event.RftEvent;
import dev.rft.recovery.event.RftListener;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Writes the metrics of every executed step to a file, one JSON object per line, of a supervised
 * run (as a listener) or of any other ({@link #append}). The schema stands in {@code
 * docs/journal.md}; {@link #read} reads it. Synchronous. Not thread-safe: a run calls it from one
 * thread at a time.
 *
 * <p>Each row has the key of its execution. A resumed run appends: a row supersedes all earlier
 * ones of its step and later ({@link #effective}).
 */
public final class MetricsLog implements RftListener, Closeable {

    /** The schema's name, in the first line of every file. */
    public static final String SCHEMA = "rft-metrics";

    /** The schema's version; it changes when a field changes its meaning or goes. */
    public static final int VERSION = 1;

    private final LineFile file;
    private final Clock clock;

    private MetricsLog(LineFile file, Clock clock) {
        this.file = file;
        this.clock = clock;
    }

    /**
     * Opens a log with the system's clock. An existing file is continued; if its last line is
     * incomplete, that line is cut off.
     *
     * @param path the file, made when it is missing
     * @return the log; the caller closes it
     * @throws IOException when the file cannot be opened
     */
    public static MetricsLog open(Path path) throws IOException {
        return open(path, Clock.systemUTC());
    }

    /**
     * Opens a log.
     *
     * @param path the file, made when it is missing
     * @param clock dates what {@link #append} writes; events have a date of their own
     * @return the log; the caller closes it
     * @throws IOException when the file cannot be opened
     */
    public static MetricsLog open(Path path, Clock clock) throws IOException {
        return open(path, clock, LineFile.DISK);
    }

    static MetricsLog open(Path path, Clock clock, LineFile.Opener opener) throws IOException {
        Objects.requireNonNull(clock, "clock");
        return new MetricsLog(new LineFile(path, SCHEMA, VERSION, opener), clock);
    }

    /**
     * Reads a log, strictly: only an incomplete last line is passed over.
     *
     * @param path the file
     * @return its rows, in the order of execution
     * @throws IOException when it cannot be read, is not a log of this version, or when a line is
     *     damaged, doubled or missing; the message names file and line
     */
    public static List<MetricsRow> read(Path path) throws IOException {
        List<MetricsRow> rows = new ArrayList<>();
        Lines.read(
                path,
                SCHEMA,
                VERSION,
                false,
                (line, object) -> {
                    try {
                        rows.add(row(object));
                    } catch (IllegalArgumentException | DateTimeParseException e) {
                        throw Lines.bad(path, line, String.valueOf(e.getMessage()));
                    }
                });
        return List.copyOf(rows);
    }

    private static MetricsRow row(JsonFields row) {
        return new MetricsRow(
                row.text("run"),
                row.key(),
                Instant.parse(row.text("time")),
                row.integer("discarded"),
                row.signals("values"),
                row.signalCounts("counts"),
                row.texts("alarms"));
    }

    /**
     * Returns the rows of the steps that the present state is built on: of each step the last
     * execution, and none that a rollback or a resume went back to before.
     *
     * @param rows all rows, in the order of execution
     * @return those that no later one supersedes, their steps rising
     */
    public static List<MetricsRow> effective(List<MetricsRow> rows) {
        List<MetricsRow> line = new ArrayList<>();
        for (MetricsRow row : rows) {
            while (!line.isEmpty() && line.get(line.size() - 1).key().step() >= row.key().step()) {
                line.remove(line.size() - 1);
            }
            line.add(row);
        }
        return List.copyOf(line);
    }

    /** Returns true: the run waits for every line. */
    @Override
    public boolean synchronous() {
        return true;
    }

    /**
     * Writes a step of a run that is not supervised.
     *
     * @param observation what the step showed
     * @throws UncheckedIOException when it cannot be written
     */
    public void append(Observation observation) {
        write(observation.step().runId(), observation, clock.instant(), 0, List.of());
    }

    /**
     * Writes a completed step; other events are not for this file.
     *
     * @param event what happened
     * @throws UncheckedIOException when it cannot be written
     */
    @Override
    public void on(RftEvent event) {
        if (event instanceof RftEvent.StepCompleted step) {
            write(
                    step.runId(),
                    step.observation(),
                    step.time(),
                    step.updatesDiscarded(),
                    step.findings());
        }
    }

    /** Brings everything to the disk and closes the file. A second call does nothing. */
    @Override
    public void close() throws IOException {
        file.close();
    }

    private static void counts(JsonGenerator json, Map<Signal, Integer> counts) throws IOException {
        if (counts.isEmpty()) {
            return;
        }
        json.writeObjectFieldStart("counts");
        for (Map.Entry<Signal, Integer> count : new TreeMap<>(counts).entrySet()) {
            json.writeNumberField(count.getKey().name(), count.getValue());
        }
        json.writeEndObject();
    }

    private void write(
            String run,
            Observation observation,
            Instant time,
            int discarded,
            List<Finding> findings) {
        try {
            file.append(
                    json -> {
                        json.writeStringField("run", run);
                        IncidentJson.keyFields(json, observation.key());
                        json.writeStringField("time", time.toString());
                        json.writeNumberField("discarded", discarded);
                        EventWriter.signals(json, "values", observation.step().values());
                        counts(json, observation.step().counts());
                        json.writeArrayFieldStart("alarms");
                        for (Finding finding : findings) {
                            if (finding.alarm()) {
                                json.writeString(finding.detector());
                            }
                        }
                        json.writeEndArray();
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "metrics: step " + observation.key() + " could not be written", e);
        }
    }
}
