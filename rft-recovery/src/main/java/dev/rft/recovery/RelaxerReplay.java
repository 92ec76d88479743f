package dev.rft.recovery;

import dev.rft.api.signal.Observation;
import dev.rft.recovery.event.RftEvent;
import java.util.List;
import java.util.Optional;

/** Shows a relaxer the steps and the incidents of the past, as {@link IncidentTracker} did then. */
final class RelaxerReplay {

    private final Relaxer relaxer;
    private final boolean turnable;
    private final History history;
    private List<Observation> reference = List.of();
    private boolean open;

    RelaxerReplay(Relaxer relaxer, int window, boolean turnable) {
        this.relaxer = relaxer;
        this.turnable = turnable;
        this.history = new History(window, List.of(), Optional.empty());
    }

    /** Shows what was told of steps that have no observation, since they threw. */
    void between(List<RftEvent> events) {
        incidents(events);
        events.forEach(this::rewind);
    }

    /**
     * Shows a step.
     *
     * @param observation what it measured
     * @param events what was told of it
     */
    void step(Observation observation, List<RftEvent> events) {
        history.add(observation);
        if (incidents(events)) {
            relaxer.clean(observation);
            if (turnable && relaxer.next().isPresent()) {
                turn(events);
            }
        }
        events.forEach(this::rewind);
    }

    /** Follows the incidents. Tells whether none was open at any time. */
    private boolean incidents(List<RftEvent> events) {
        boolean healthy = !open;
        for (RftEvent event : events) {
            if (event instanceof RftEvent.IncidentOpened opened) {
                relaxer.alarmed();
                reference = history.before(opened.incident().onset());
                open = true;
            } else if (event instanceof RftEvent.IncidentClosed closed) {
                closed(closed.incident());
            }
            healthy &= !open;
        }
        return healthy;
    }

    private void closed(Incident incident) {
        open = false;
        if (incident.repaired()) {
            relaxer.repaired(
                    incident.learningRateChange(),
                    incident,
                    reference.stream().filter(o -> o.key().step() < incident.onset()).toList());
        }
    }

    private void turn(List<RftEvent> events) {
        events.stream()
                .filter(RftEvent.ActionTaken.class::isInstance)
                .findFirst()
                .ifPresentOrElse(taken -> relaxer.acted(taken.key()), relaxer::declined);
    }

    /** A rollback takes the steps with it that it undoes. */
    private void rewind(RftEvent event) {
        if (event instanceof RftEvent.ActionTaken taken) {
            history.rewindTo(taken.resumesAfter().step());
        }
    }
}
