package dev.rft.monitor.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a {@code trainer_state.json} that the trainer writes anew at each checkpoint, mostly
 * in another directory each time. Each time it is read again, and the rows after those that are
 * known are new. A trainer that was resumed from an earlier checkpoint writes another history from
 * there on: the rows after what both have in common are new.
 *
 * <p>A file that is half-written cannot be told from a broken one, so that both are waited for.
 */
final class FollowedState implements RowSource {

    private final Path run;
    private final Follow follow;
    private final Deque<Row> fresh = new ArrayDeque<>();

    /** What was read so far: a number per row, to find what two histories have in common. */
    private List<Integer> known = List.of();

    private @Nullable Seen seen;
    private @Nullable LogException broken;

    /** Whether it could be read once. */
    private boolean whole;

    private long line;

    /** What a file looked like when it was read. */
    private record Seen(Path file, long size, FileTime modified, @Nullable Object key) {}

    /**
     * Begins to follow.
     *
     * @param run the file, or the directory in which {@link LogFiles} finds the newest
     * @param follow how to wait
     */
    FollowedState(Path run, Follow follow) {
        this.run = run;
        this.follow = follow;
    }

    @Override
    public @Nullable Row next() throws IOException {
        while (fresh.isEmpty()) {
            if (!changed() && !await()) {
                if (broken != null && !whole) {
                    throw broken;
                }
                return null;
            }
        }
        Row row = fresh.removeFirst();
        line = row.line();
        return row;
    }

    /** Reads the file if it is not as it was. */
    private boolean changed() throws IOException {
        Optional<Seen> now = look();
        if (now.isEmpty() || now.get().equals(seen)) {
            return false;
        }
        try {
            take(read(now.get().file()));
            whole = true;
        } catch (NoSuchFileException gone) {
            return false; // an old checkpoint was deleted
        } catch (LogException unfinished) {
            broken = unfinished;
        }
        seen = now.get();
        return true;
    }

    private Optional<Seen> look() throws IOException {
        try {
            Path file = LogFiles.find(run).get(0);
            BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
            return Optional.of(new Seen(file, is.size(), is.lastModifiedTime(), is.fileKey()));
        } catch (NoSuchFileException | LogException between) {
            return Optional.empty(); // between two checkpoints
        }
    }

    private static List<Row> read(Path file) throws IOException {
        List<Row> rows = new ArrayList<>();
        try (TrainerState state = TrainerState.open(file)) {
            Row row = state.next();
            while (row != null) {
                rows.add(row);
                row = state.next();
            }
        }
        return rows;
    }

    private void take(List<Row> rows) {
        List<Integer> now = rows.stream().map(FollowedState::identity).toList();
        int common = 0;
        while (common < Math.min(now.size(), known.size())
                && now.get(common).equals(known.get(common))) {
            common++;
        }
        if (common == now.size()) {
            return; // an older checkpoint of what is known, while the newest is away
        }
        known = now;
        rows.subList(common, rows.size()).forEach(this::add);
    }

    /** A line number changes when a value before it gets longer, or a whole file one line. */
    private static int identity(Row row) {
        return Objects.hash(row.step(), row.values().contentHash());
    }

    /** Puts the parts of a step together: no later row has to be waited for. */
    private void add(Row row) {
        Row last = fresh.peekLast();
        if (last == null || row.step().isEmpty() || !row.step().equals(last.step())) {
            fresh.addLast(row);
            return;
        }
        Numbers.Sum sum = new Numbers.Sum(last.values());
        sum.add(row.values());
        fresh.removeLast();
        fresh.addLast(Row.of(last.line(), last.step(), sum.all()));
    }

    private boolean await() {
        if (follow.stop().getAsBoolean()) {
            return false;
        }
        try {
            follow.sleeper().sleep(follow.poll());
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public long line() {
        return line;
    }

    @Override
    public boolean stepsComeInParts() {
        return false;
    }

    @Override
    public void close() {
        // Nothing is open between two reads.
    }
}
