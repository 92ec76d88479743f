package dev.rft.benchmarks;

import dev.rft.api.control.Batch;
import dev.rft.api.control.Capability;
import dev.rft.api.control.Knob;
import dev.rft.api.control.LoopSnapshot;
import dev.rft.api.control.Proposal;
import dev.rft.api.control.SnapshotInput;
import dev.rft.api.control.TrainingLoop;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.StepKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A loop that notes when its steps and its snapshots begin and end, and is another one beside. */
final class TimedLoop implements TrainingLoop {

    /** A stretch of time by {@link System#nanoTime}. */
    record Span(long begin, long end) {

        long nanos() {
            return end - begin;
        }

        /** Returns what lies between this one and a later one. */
        Span until(Span later) {
            long from = end;
            long to = later.begin;
            return new Span(from, to);
        }

        /** Returns how long both lasted at once. */
        long shared(Span other) {
            return Math.max(0, Math.min(end, other.end) - Math.max(begin, other.begin));
        }
    }

    private final TrainingLoop loop;
    private final List<Span> steps = new ArrayList<>();
    private final List<Span> copies = new ArrayList<>();
    private long begun;

    TimedLoop(TrainingLoop loop) {
        this.loop = loop;
    }

    /** Returns the steps, from the begin of the first phase to the end of the last. */
    List<Span> steps() {
        return steps;
    }

    /** Returns the snapshots that were taken. */
    List<Span> copies() {
        return copies;
    }

    @Override
    public Batch collect(StepKey key) {
        begun = System.nanoTime();
        return loop.collect(key);
    }

    @Override
    public Batch mask(Batch batch, Set<Integer> trajectories) {
        return loop.mask(batch, trajectories);
    }

    @Override
    public Proposal compute(Batch batch) {
        return loop.compute(batch);
    }

    @Override
    public void apply(Proposal proposal) {
        loop.apply(proposal);
    }

    @Override
    public void discard(Proposal proposal) {
        loop.discard(proposal);
    }

    @Override
    public Observation observe() {
        Observation observation = loop.observe();
        steps.add(new Span(begun, System.nanoTime()));
        return observation;
    }

    @Override
    public Set<Capability> capabilities() {
        return loop.capabilities();
    }

    @Override
    public Map<Knob, Double> knobs() {
        return loop.knobs();
    }

    @Override
    public void setKnob(Knob knob, double value) {
        loop.setKnob(knob, value);
    }

    @Override
    public LoopSnapshot snapshot() {
        long begin = System.nanoTime();
        LoopSnapshot snapshot = loop.snapshot();
        copies.add(new Span(begin, System.nanoTime()));
        return snapshot;
    }

    @Override
    public void restore(LoopSnapshot snapshot) {
        loop.restore(snapshot);
    }

    @Override
    public LoopSnapshot read(SnapshotInput in) throws IOException {
        return loop.read(in);
    }

    @Override
    public void restart() {
        loop.restart();
    }

    @Override
    public void resetOptimizer() {
        loop.resetOptimizer();
    }

    @Override
    public void resetReference() {
        loop.resetReference();
    }
}
