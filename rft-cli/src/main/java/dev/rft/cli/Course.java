package dev.rft.cli;

import dev.rft.cli.report.Words;
import dev.rft.recovery.Incident;
import dev.rft.recovery.event.RftEvent;
import dev.rft.recovery.event.RftListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Keeps what the demo's closing words need of a supervised run's events. */
final class Course implements RftListener {

    private final List<String> actions = new ArrayList<>();
    private @Nullable Incident first;
    private long detected;

    @Override
    public void on(RftEvent event) {
        if (event instanceof RftEvent.IncidentOpened opened && first == null) {
            first = opened.incident();
            detected = opened.key().step();
        } else if (event instanceof RftEvent.IncidentClosed closed
                && first != null
                && closed.incident().number() == first.number()) {
            first = closed.incident();
        } else if (event instanceof RftEvent.ActionTaken taken) {
            OptionalLong resumes = OptionalLong.of(taken.resumesAfter().step());
            actions.add(Words.action(taken.action(), resumes));
        }
    }

    /** The step of the first alarm; empty when there was none. */
    OptionalLong detected() {
        return first == null ? OptionalLong.empty() : OptionalLong.of(detected);
    }

    /** The id of the cause that was named for the first incident; empty when there was none. */
    Optional<String> diagnosis() {
        return Optional.ofNullable(first).map(incident -> incident.diagnosis().cause().id());
    }

    /** What was done, a line each, in order. */
    List<String> actions() {
        return actions;
    }
}
