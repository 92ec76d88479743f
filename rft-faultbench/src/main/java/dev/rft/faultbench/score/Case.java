package dev.rft.faultbench.score;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One case with what came of it under each arm.
 *
 * @param run its name
 * @param truth what was done to it
 * @param healthy what became of the healthy run it forks from
 * @param arms what came of it, by arm
 */
record Case(String run, Truth truth, Accuracy healthy, Map<String, Ending> arms) {

    /** The arm that nobody looks after. */
    static final String ALONE = "none";

    /** The arm that knows what happened. */
    static final String ORACLE = "oracle";

    private static final double REGAINED = 0.9;

    /**
     * What was done to a run.
     *
     * @param workload the workload
     * @param id names the case within its workload and seed
     * @param types the right diagnoses; none for a benign change
     * @param curable whether anything that a trainer can do ends it
     * @param onset its first step
     * @param steps the last step of the run
     */
    record Truth(
            String workload,
            String id,
            List<String> types,
            boolean curable,
            long onset,
            long steps) {
        Truth {
            Objects.requireNonNull(workload, "workload");
            Objects.requireNonNull(id, "id");
            types = List.copyOf(types);
        }
    }

    /**
     * What came of a run.
     *
     * @param accuracy final accuracy
     * @param executed steps that were executed, repeated ones included
     * @param seconds what it took from the onset on
     * @param stopped whether it ended before its last step
     * @param actions how many actions were carried out on it
     * @param named what the last incident was taken for
     */
    record Ending(
            Accuracy accuracy,
            long executed,
            OptionalDouble seconds,
            boolean stopped,
            long actions,
            Optional<String> named) {
        Ending {
            Objects.requireNonNull(accuracy, "accuracy");
            Objects.requireNonNull(seconds, "seconds");
            Objects.requireNonNull(named, "named");
        }

        /** Returns this ending with the right name for what happened, as who knows it gives. */
        Ending naming(Truth truth) {
            return new Ending(
                    accuracy,
                    executed,
                    seconds,
                    stopped,
                    actions,
                    truth.types().stream().findFirst());
        }
    }

    Case {
        Objects.requireNonNull(run, "run");
        Objects.requireNonNull(truth, "truth");
        Objects.requireNonNull(healthy, "healthy");
        arms = Map.copyOf(arms);
        if (!arms.containsKey(ALONE)) {
            throw new IllegalArgumentException(run + ": has no result without supervision");
        }
    }

    /** Returns the name of its workload and seed. */
    String unit() {
        String end = "-" + truth.id();
        return run.endsWith(end) ? run.substring(0, run.length() - end.length()) : run;
    }

    Ending alone() {
        return Objects.requireNonNull(arms.get(ALONE));
    }

    Ending ending(String arm) {
        return Objects.requireNonNull(arms.get(arm), arm);
    }

    boolean faulty() {
        return !truth.types().isEmpty();
    }

    /** Accuracy that the fault cost when nobody looked after the run. */
    double loss() {
        return healthy.value() - alone().accuracy().value();
    }

    boolean harmed() {
        return faulty() && healthy.harmedTo(alone().accuracy());
    }

    /** Accuracy that an arm regained. */
    double gain(Ending ending) {
        return ending.accuracy().value() - alone().accuracy().value();
    }

    /** Tells whether an arm regained nine tenths of what the fault cost. */
    boolean recovered(Ending ending) {
        return gain(ending) >= REGAINED * loss();
    }

    /** Tells whether the cure itself regained as much as harm is: only then can it be a measure. */
    boolean oracleHelped() {
        Ending oracle = arms.get(ORACLE);
        return oracle != null && oracle.accuracy().harmedTo(alone().accuracy());
    }

    /** Tells whether an arm regained nine tenths of what the cure itself did. */
    boolean recoveredAsOracle(Ending ending) {
        return gain(ending) >= REGAINED * gain(ending(ORACLE));
    }

    boolean worse(Ending ending) {
        return alone().accuracy().worsenedTo(ending.accuracy());
    }

    /** Tells whether an arm did what alone was right: it stopped, and said why. */
    boolean stoppedRightly(Ending ending) {
        return !truth.curable()
                && ending.stopped()
                && ending.named().filter(truth.types()::contains).isPresent();
    }
}
