package dev.rft.monitor.diagnose;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What may be wrong, most probable first.
 *
 * @param candidates at least one, in falling order of probability; the probabilities add up to 1;
 *     copied
 * @param next what would tell the two best candidates apart; empty when one is clearly ahead, or
 *     nothing is known to
 */
public record Diagnosis(List<Candidate> candidates, Optional<NextCheck> next) {

    /**
     * One possible cause.
     *
     * @param cause the cause
     * @param probability in [0, 1]
     * @param supporting what speaks for it, a line each; copied
     * @param opposing what speaks against it, a line each; copied
     */
    public record Candidate(
            Cause cause, double probability, List<String> supporting, List<String> opposing) {

        /** Copies the lists and checks the probability. */
        public Candidate {
            Objects.requireNonNull(cause, "cause");
            if (!(probability >= 0 && probability <= 1)) {
                throw new IllegalArgumentException(
                        "probability of " + cause + ": must be in [0, 1], was " + probability);
            }
            supporting = List.copyOf(supporting);
            opposing = List.copyOf(opposing);
        }
    }

    /** Copies the list and checks its order and its sum. */
    public Diagnosis {
        Objects.requireNonNull(next, "next");
        candidates = List.copyOf(candidates);
        if (candidates.isEmpty()) {
            throw new IllegalArgumentException(
                    "diagnosis: must have at least one candidate, had none");
        }
        double sum = 0;
        for (int i = 0; i < candidates.size(); i++) {
            if (i > 0 && candidates.get(i).probability() > candidates.get(i - 1).probability()) {
                throw new IllegalArgumentException(
                        "diagnosis: candidates must fall in probability, were " + candidates);
            }
            sum += candidates.get(i).probability();
        }
        if (Math.abs(sum - 1) > 1e-6) {
            throw new IllegalArgumentException(
                    "diagnosis: probabilities must add up to 1, were " + sum);
        }
    }

    /**
     * Makes a diagnosis without a next check.
     *
     * @param candidates see the record
     */
    public Diagnosis(List<Candidate> candidates) {
        this(candidates, Optional.empty());
    }

    /** Returns a diagnosis that abstains. */
    public static Diagnosis unknown() {
        return new Diagnosis(List.of(new Candidate(Cause.UNKNOWN, 1, List.of(), List.of())));
    }

    /** Returns the most probable cause, {@link Cause#UNKNOWN} when the diagnosis abstains. */
    public Cause cause() {
        return candidates.get(0).cause();
    }
}
