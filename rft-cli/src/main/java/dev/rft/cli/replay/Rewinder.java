package dev.rft.cli.replay;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.Monitor;
import dev.rft.monitor.MonitorState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes back what a monitor has learned from steps that a run took back: by a rollback, by a resume
 * from a checkpoint, or by beginning anew. In a log these are steps that go back under a later
 * attempt or incarnation. Live, the supervisor rewinds the monitor with the loop; this does so in
 * replay.
 *
 * <p>Implementation note. The state is saved every {@value #EVERY} steps, and the observations
 * since the oldest of {@value #KEPT} states are kept: a state in between is that of an older one,
 * shown the observations again. What was taken back further than that is not forgotten; before the
 * first step nothing was learned.
 */
final class Rewinder {

    private static final int EVERY = 128;
    private static final int KEPT = 3;

    private final Monitor monitor;
    private final MonitorState fresh;
    private final Deque<Saved> states = new ArrayDeque<>();
    private @Nullable StepKey first;
    private @Nullable StepKey last;

    /** What was learned up to the end of a step, and what was seen since, up to the next state. */
    private record Saved(long step, MonitorState state, List<Observation> since) {
        Saved(long step, MonitorState state) {
            this(step, state, new ArrayList<>());
        }
    }

    Rewinder(Monitor monitor) {
        this.monitor = monitor;
        this.fresh = monitor.save();
    }

    /** Goes back if a step is not after the last one. To be called before the monitor sees it. */
    void before(StepKey key) {
        if (first == null) {
            first = key;
            states.add(new Saved(key.step() - 1, fresh));
        } else if (last != null && key.step() <= last.step() && key.compareTo(last) > 0) {
            goBackTo(key.step() - 1);
        }
        last = key;
    }

    /** Remembers a step. To be called after the monitor saw it. */
    void after(Observation seen) {
        List<Observation> since = states.getLast().since();
        since.add(seen);
        if (since.size() >= EVERY) {
            states.addLast(new Saved(seen.key().step(), monitor.save()));
            if (states.size() > KEPT) {
                states.removeFirst();
            }
        }
    }

    private void goBackTo(long step) {
        states.removeIf(saved -> saved.step() > step);
        boolean fromTheBeginning = first != null && step < first.step();
        if (fromTheBeginning) {
            states.clear();
            states.addLast(new Saved(step, fresh));
        }
        if (states.isEmpty()) {
            states.addLast(new Saved(step, monitor.save()));
        }
        Saved newest = states.getLast();
        newest.since().removeIf(observation -> observation.key().step() > step);
        monitor.restore(newest.state());
        newest.since().forEach(monitor::inspect);
    }
}
