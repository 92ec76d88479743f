package dev.rft.recovery;

import dev.rft.api.control.LoopSnapshot;
import dev.rft.api.signal.StepKey;
import dev.rft.monitor.MonitorState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshots of a run in memory, oldest first, all of the line of steps that the loop is on.
 *
 * <p>A snapshot is a candidate until enough healthy steps came after it. When there are too many,
 * or they hold too many bytes, the one goes whose loss opens the smallest gap relative to its age,
 * so that they lie densest near the present. Two are never thinned out, whatever the budget: the
 * newest good one, and the oldest candidate, without which no snapshot would ever become good under
 * a tight budget.
 */
final class SnapshotRing implements AutoCloseable {

    /** More than that only makes rollbacks to the far past finer. */
    static final int MAX_COUNT = 8;

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotRing.class);

    /**
     * One snapshot.
     *
     * @param key the step whose end state it is
     * @param loop the loop's state
     * @param monitor the detectors' state at the same step
     * @param repairs how many repairs had been kept when it was taken
     */
    record Entry(StepKey key, LoopSnapshot loop, MonitorState monitor, int repairs) {}

    private static final class Slot {
        private final Entry entry;
        private int healthySteps;
        private boolean good;

        private Slot(Entry entry, boolean good) {
            this.entry = entry;
            this.good = good;
        }

        private long step() {
            return entry.key().step();
        }
    }

    private final int provenAfter;
    private final long maxBytes;
    private final List<Slot> slots = new ArrayList<>();

    SnapshotRing(int provenAfter, long maxBytes) {
        this.provenAfter = provenAfter;
        this.maxBytes = maxBytes;
    }

    /**
     * Takes ownership of a snapshot.
     *
     * @param entry of a later step than all others
     * @param good whether it needs no proof
     */
    void add(Entry entry, boolean good) {
        slots.add(new Slot(entry, good));
        thin();
    }

    /** Counts a healthy step for every candidate. Returns those that it made good. */
    List<StepKey> healthyStep() {
        List<StepKey> proven = new ArrayList<>();
        for (Slot slot : slots) {
            if (!slot.good && ++slot.healthySteps >= provenAfter) {
                slot.good = true;
                proven.add(slot.entry.key());
            }
        }
        return proven;
    }

    /** Returns the newest good snapshot of a step before a given one. The ring keeps owning it. */
    Optional<Entry> newestGoodBefore(long step) {
        Optional<Entry> newest = Optional.empty();
        for (Slot slot : slots) {
            newest = slot.good && slot.step() < step ? Optional.of(slot.entry) : newest;
        }
        return newest;
    }

    /**
     * Drops every snapshot of a step from a given one on, good ones too. Returns what was dropped.
     */
    List<StepKey> dropFrom(long step) {
        return drop(slot -> slot.step() >= step);
    }

    int size() {
        return slots.size();
    }

    long bytes() {
        return slots.stream().mapToLong(slot -> slot.entry.loop().bytes()).sum();
    }

    @Override
    public void close() {
        drop(slot -> true);
    }

    private List<StepKey> drop(Predicate<Slot> which) {
        List<Slot> dropped = slots.stream().filter(which).toList();
        slots.removeAll(dropped);
        dropped.forEach(SnapshotRing::free);
        return dropped.stream().map(slot -> slot.entry.key()).toList();
    }

    private void thin() {
        while (slots.size() > MAX_COUNT || bytes() > maxBytes) {
            int victim = victim();
            if (victim < 0) {
                return;
            }
            free(slots.remove(victim));
        }
    }

    /** Returns the index of the snapshot that is missed least, -1 when none may go. */
    private int victim() {
        int newestGood = -1;
        int oldestCandidate = -1;
        for (int i = 0; i < slots.size(); i++) {
            if (slots.get(i).good) {
                newestGood = i;
            } else if (oldestCandidate < 0) {
                oldestCandidate = i;
            }
        }
        int victim = -1;
        double least = Double.POSITIVE_INFINITY;
        for (int i = slots.size() - 1; i >= 0; i--) {
            if (i != newestGood && i != oldestCandidate && (victim < 0 || loss(i) < least)) {
                victim = i;
                least = loss(i);
            }
        }
        return victim;
    }

    private double loss(int index) {
        if (index == 0) {
            return Double.MAX_VALUE / 2; // nothing lies before it: every interior one goes first
        }
        if (index == slots.size() - 1) {
            return Double.MAX_VALUE; // the newest goes last
        }
        double gap = slots.get(index + 1).step() - slots.get(index - 1).step();
        double age = slots.get(slots.size() - 1).step() - slots.get(index).step();
        return gap / age;
    }

    private static void free(Slot slot) {
        try {
            slot.entry.loop().close();
        } catch (RuntimeException e) {
            LOG.warn("the snapshot of step {} could not be freed", slot.entry.key(), e);
        }
    }
}
