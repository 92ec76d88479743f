package dev.rft.recovery;

import dev.rft.api.control.Batch;
import dev.rft.api.control.Capability;
import dev.rft.api.control.Proposal;
import dev.rft.api.control.TrainingLoop;
import dev.rft.api.signal.Observation;
import dev.rft.api.signal.StepKey;
import dev.rft.api.signal.Trajectory;
import dev.rft.recovery.event.RftEvent;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a loop through the phases of its steps, with a gate after each of the first two. */
final class GatedSteps {

    private static final Logger LOG = LoggerFactory.getLogger(GatedSteps.class);

    private final TrainingLoop loop;
    private final BatchGate batchGate;
    private final Mode mode;
    private final Announcer announcer;
    private boolean gateQuarantined;
    private boolean applying;
    private long discarded;

    GatedSteps(TrainingLoop loop, BatchGate batchGate, Mode mode, Announcer announcer) {
        this.loop = loop;
        this.batchGate = batchGate;
        this.mode = mode;
        this.announcer = announcer;
    }

    /**
     * Executes a step. Throws what the loop throws.
     *
     * @param last the step whose end state the loop is in
     * @param next the step
     * @return what it showed
     */
    Observation execute(StepKey last, StepKey next) {
        applying = false;
        Batch batch = gated(last, loop.collect(next));
        for (int i = 0; i < batch.updates(); i++) {
            Proposal proposal = loop.compute(batch);
            applying = true;
            if (proposal.finite() || !can(Capability.GATE_UPDATE)) {
                loop.apply(proposal);
            } else {
                loop.discard(proposal);
                discarded++;
            }
        }
        return loop.observe();
    }

    /** Tells whether an update of the present step has begun to reach the weights. */
    boolean applying() {
        return applying;
    }

    /** Returns how many updates were kept from the weights so far. */
    long discarded() {
        return discarded;
    }

    /** Masks what the gate finds spoiled and what does not stand masked already. */
    private Batch gated(StepKey last, Batch batch) {
        boolean shut = gateQuarantined || mode instanceof Mode.Shadow;
        if (shut || !can(Capability.MASK_TRAJECTORIES)) {
            return batch;
        }
        Set<Integer> spoiled;
        try {
            List<Trajectory> all = batch.trajectories().trajectories();
            spoiled =
                    batchGate.spoiled(batch.trajectories()).stream()
                            .filter(i -> !all.get(i).is(Trajectory.Flag.MASKED))
                            .collect(Collectors.toUnmodifiableSet());
        } catch (RuntimeException e) {
            gateQuarantined = true;
            LOG.error("the batch gate failed and is not asked any more; the run goes on", e);
            announcer.announce(
                    last,
                    (run, at, time) ->
                            new RftEvent.ComponentQuarantined(
                                    run, at, time, "batch gate", e.toString()));
            return batch;
        }
        return spoiled.isEmpty() ? batch : loop.mask(batch, spoiled);
    }

    private boolean can(Capability capability) {
        return loop.capabilities().contains(capability);
    }
}
