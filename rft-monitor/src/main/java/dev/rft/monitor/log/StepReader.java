package dev.rft.monitor.log;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.api.signal.StepKey;
import dev.rft.api.signal.StepRecord;
import dev.rft.api.signal.TrajectorySummary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes steps of rows.
 *
 * <p>Steps go up; gaps are nothing special, as many trainers log every k-th step. A row of the same
 * step as the one before it is a part of that step where the format has such parts, and otherwise a
 * duplicate, of which the first counts. A row of an earlier step means that the run was resumed
 * from a checkpoint: from there on the steps are those of the next incarnation.
 */
final class StepReader implements LogReader {

    private final LogFormat format;
    private final Path file;
    private final RowSource rows;
    private final SignalNames names;
    private final @Nullable Trajectories trajectories;
    private final Skips skips;
    private final String runId;
    private @Nullable Row ahead;
    private StepKey last = StepKey.START;
    private boolean started;
    private int resumes;
    private long records;

    StepReader(
            LogFormat format,
            Path file,
            RowSource rows,
            @Nullable Trajectories trajectories,
            Skips skips,
            String runId) {
        this.format = format;
        this.file = file;
        this.rows = rows;
        this.names = SignalNames.of(format);
        this.trajectories = trajectories;
        this.skips = skips;
        this.runId = runId;
    }

    @Override
    public Optional<Observation> next() throws IOException {
        while (true) {
            Row row = ahead != null ? ahead : rows.next();
            ahead = null;
            if (row == null) {
                return Optional.empty();
            }
            StepKey key = key(row);
            boolean again = started && key.equals(last);
            if (again || row.values().isEmpty()) {
                skips.add(file, row.line(), again ? "step " + key + " again" : "no numbers");
                continue;
            }
            Numbers values = rows.stepsComeInParts() ? gather(key, row) : row.values();
            if (started && key.compareTo(last) < 0) {
                resumes = Math.addExact(last.incarnation(), 1) - row.incarnation();
                key = key(row);
                if (trajectories != null) {
                    trajectories.restart();
                }
            }
            started = true;
            last = key;
            records++;
            return Optional.of(observation(key, values, row.counts()));
        }
    }

    private StepKey key(Row row) {
        long step = row.step().orElse(Math.addExact(last.step(), 1));
        return new StepKey(row.attempt(), step, Math.addExact(row.incarnation(), resumes));
    }

    /** Returns the numbers of a row and of those that follow and are of the same step. */
    private Numbers gather(StepKey key, Row first) throws IOException {
        Numbers.Sum sum = null;
        Row row = rows.next();
        while (row != null && row.step().isPresent() && key(row).equals(key)) {
            sum = sum == null ? new Numbers.Sum(first.values()) : sum;
            sum.add(row.values());
            row = rows.next();
        }
        ahead = row;
        return sum == null ? first.values() : sum.all();
    }

    private Observation observation(StepKey key, Numbers named, @Nullable Numbers samples)
            throws IOException {
        Map<Signal, Double> values = names.translate(named);
        Map<Signal, Integer> counts = new HashMap<>();
        if (samples != null) {
            names.translate(samples).forEach((signal, n) -> counts.put(signal, n.intValue()));
        }
        Optional<TrajectorySummary> summary = Optional.empty();
        if (trajectories != null) {
            Optional<TrajectoryNumbers> numbers = trajectories.upTo(key.step());
            numbers.ifPresent(found -> found.addTo(values, counts));
            summary = numbers.flatMap(TrajectoryNumbers::summary);
        }
        return new Observation(new StepRecord(runId, key, values, counts), summary);
    }

    @Override
    public LogFormat format() {
        return format;
    }

    @Override
    public LogProgress progress() {
        return new LogProgress(records, rows.line(), skips.count(), skips.first());
    }

    @Override
    public void close() throws IOException {
        try (rows) {
            if (trajectories != null) {
                trajectories.close();
            }
        }
    }
}
