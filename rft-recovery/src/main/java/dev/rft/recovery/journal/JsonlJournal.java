package dev.rft.recovery.journal;

import dev.rft.api.signal.StepKey;
import dev.rft.recovery.event.RftEvent;
import dev.rft.recovery.event.RftListener;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes the events of a run to a file, one JSON object per line: everything but the metrics of the
 * steps, for which there is {@link MetricsLog}. Each line reaches the operating system before the
 * run goes on; all that is not routine reaches the disk. The schema stands in {@code
 * docs/journal.md}; {@link JournalReader} reads it.
 *
 * <p><b>When it cannot be written</b>, on a full disk say, the event is lost, the run goes on, and
 * the supervisor logs and counts the failure. The next event that can be written is preceded by
 * {@link RftEvent.EventsLost}, so that the file says itself what is missing.
 *
 * <p>Synchronous. Not thread-safe: a run calls it from one thread at a time.
 */
public final class JsonlJournal implements RftListener, Closeable {

    /** The schema's name, in the first line of every file. */
    public static final String SCHEMA = "rft-journal";

    /**
     * The schema's version; it changes when a field changes its meaning or goes, or an event comes.
     */
    public static final int VERSION = 1;

    private final Path path;
    private final LineFile file;
    private @Nullable String runId;
    private long lost;
    private String lostBecause = "";

    private JsonlJournal(Path path, LineFile file, @Nullable String runId) {
        this.path = path;
        this.file = file;
        this.runId = runId;
    }

    /**
     * Opens a journal of the run whose events come first. An existing file is continued; if its
     * last line is incomplete, that line is cut off.
     *
     * @param path the file, made when it is missing
     * @return the journal; the caller closes it
     * @throws IOException when the file cannot be opened, is being written by another, or is none
     *     of ours; the file is unchanged then
     */
    public static JsonlJournal open(Path path) throws IOException {
        return open(path, LineFile.DISK);
    }

    static JsonlJournal open(Path path, LineFile.Opener opener) throws IOException {
        LineFile file = new LineFile(path, SCHEMA, VERSION, opener);
        String runId =
                file.last().map(line -> line.has("run") ? line.text("run") : "").orElse(null);
        return new JsonlJournal(path, file, runId);
    }

    /**
     * Opens a journal of a run.
     *
     * @param path the file, made when it is missing
     * @param runId the run
     * @return the journal; the caller closes it
     * @throws IOException as {@link #open(Path)} does, and when the file is the journal of another
     *     run
     */
    public static JsonlJournal open(Path path, String runId) throws IOException {
        return open(path, runId, LineFile.DISK);
    }

    static JsonlJournal open(Path path, String runId, LineFile.Opener opener) throws IOException {
        Objects.requireNonNull(runId, "runId");
        JsonlJournal journal = open(path, opener);
        String found = journal.runId;
        if (found != null && !found.equals(runId)) {
            journal.close();
            throw new IOException(
                    path + ": must be a journal of run '" + runId + "', is of '" + found + "'");
        }
        journal.runId = runId;
        return journal;
    }

    /** Returns true: the run waits for every line. */
    @Override
    public boolean synchronous() {
        return true;
    }

    /**
     * Writes an event.
     *
     * @param event what happened
     * @throws UncheckedIOException when it cannot be written
     * @throws IllegalArgumentException when it is of another run than the journal
     */
    @Override
    public void on(RftEvent event) {
        Optional<LineFile.Fields> fields = EventWriter.fields(event);
        if (fields.isEmpty()) {
            return;
        }
        checkRun(event.runId());
        try {
            reportLost(event);
            write(event, fields.get());
            if (!event.routine()) {
                file.force();
            }
        } catch (IOException e) {
            lost++;
            lostBecause = e.toString();
            throw new UncheckedIOException(
                    path + ": " + event.getClass().getSimpleName() + " could not be written", e);
        }
    }

    private void checkRun(String eventRun) {
        if (runId == null) {
            runId = eventRun;
        } else if (!runId.equals(eventRun)) {
            throw new IllegalArgumentException(
                    path + ": must be a journal of run '" + eventRun + "', is of '" + runId + "'");
        }
    }

    private void reportLost(RftEvent next) throws IOException {
        if (lost == 0) {
            return;
        }
        StepKey key = next.key();
        Instant time = next.time();
        RftEvent gap =
                new RftEvent.EventsLost(next.runId(), key, time, "journal", lost, lostBecause);
        write(gap, EventWriter.fields(gap).orElseThrow());
        lost = 0;
    }

    private void write(RftEvent event, LineFile.Fields fields) throws IOException {
        file.append(
                json -> {
                    EventWriter.common(json, event.getClass().getSimpleName(), event);
                    fields.writeTo(json);
                });
    }

    /** Brings everything to the disk and closes the file. A second call does nothing. */
    @Override
    public void close() throws IOException {
        file.close();
    }
}
