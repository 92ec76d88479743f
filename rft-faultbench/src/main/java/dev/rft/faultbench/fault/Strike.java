package dev.rft.faultbench.fault;

import java.util.random.RandomGenerator;

/** An injection at work: where it stands in the run, and whether it was cured. */
final class Strike {

    private final Injection injection;
    private final RandomGenerator random;
    private long executed;
    private long waited;
    private boolean cured;
    private boolean inThisStep;

    Strike(Injection injection, RandomGenerator random) {
        this.injection = injection;
        this.random = random;
    }

    Fault fault() {
        return injection.fault();
    }

    double magnitude() {
        return injection.magnitude();
    }

    long executedSinceOnset() {
        return executed - injection.onset();
    }

    boolean active() {
        return !cured && injection.activeAt(executed + waited) && inThisStep;
    }

    void stepBegins() {
        executed++;
        boolean someSteps =
                (fault() == Fault.NAN_GRADIENT || fault() == Fault.HANG) && magnitude() < 1;
        inThisStep = !someSteps || random.nextDouble() < magnitude();
    }

    /** Lets time pass in which no step is executed: a second counts as one. */
    void waits(long seconds) {
        if (fault().cure() == Cure.TIME && injection.activeAt(executed + waited)) {
            waited += seconds;
        }
    }

    void restarted() {
        // A new process has everything anew, too.
        boolean anew = fault().cure() == Cure.RESTART || fault().cure() == Cure.RESUME;
        cured |= injection.activeAt(executed) && anew;
    }

    /**
     * Tells whether a share of cases, by the strike's magnitude, is hit; draws only when active.
     */
    boolean hits() {
        if (!active()) {
            return false;
        }
        // A half is drawn as a bit, as it has been from the first published results on.
        return magnitude() >= 1
                || (magnitude() == 0.5 ? random.nextBoolean() : random.nextDouble() < magnitude());
    }
}
