package dev.rft.recovery;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.StepKey;
import dev.rft.api.signal.StepRecord;

/** Gives the steps that a training process logs the keys under which they were executed. */
final class RemoteSteps {

    private final String runId;
    private StepKey last;

    /** Whether the next step may be any: the process has just begun, or gone back. */
    private boolean anyStep = true;

    /**
     * Begins.
     *
     * @param runId names the run
     * @param start the state that it begins from
     */
    RemoteSteps(String runId, StepKey start) {
        this.runId = runId;
        this.last = start;
    }

    /** Returns the last step that was seen, or begun from. */
    StepKey last() {
        return last;
    }

    /** The process has begun anew, wherever it likes. */
    void begun() {
        anyStep = true;
    }

    /** The process goes on after an earlier step, in a new attempt. */
    void wentBackTo(long step) {
        last = last.rolledBackTo(step);
        anyStep = true;
    }

    /** A step that was not logged has taken a key. */
    void taken(StepKey key) {
        last = key;
    }

    /** Tells whether a logged step is not later than the last one, unasked. */
    boolean goesBack(Observation logged) {
        return !anyStep && logged.key().step() <= last.step();
    }

    /** Gives a logged step its key. One that goes back unasked is of another incarnation. */
    Observation keyed(Observation logged) {
        int incarnation = last.incarnation() + (goesBack(logged) ? 1 : 0);
        StepKey key = new StepKey(last.attempt(), logged.key().step(), incarnation);
        StepRecord record = logged.step();
        last = key;
        anyStep = false;
        return new Observation(
                new StepRecord(runId, key, record.values(), record.counts()),
                logged.trajectories());
    }
}
