package dev.rft.recovery.event;

/**
 * Receives every event of a run, in order, on the thread that drives the loop. It observes and
 * never steers. One that throws is logged and counted; the run goes on.
 */
@FunctionalInterface
public interface RftListener {

    /**
     * Receives an event.
     *
     * @param event what happened
     */
    void on(RftEvent event);
}
