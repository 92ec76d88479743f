package dev.rft.cli.report;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * An incident as the journal tells it.
 *
 * @param number counts the run's incidents, from 1
 * @param openedStep the step of its first alarm
 * @param onset the step at which it is estimated to have begun
 * @param candidates what may be wrong, most probable first, as it was last known; copied
 * @param next what would tell the two best candidates apart; empty when one is clearly ahead
 * @param alarms what raised it; copied
 * @param actions what was done, in order; copied
 * @param closedStep the step at which it ended; empty when it was still open at the end
 */
public record IncidentStory(
        int number,
        long openedStep,
        OptionalLong onset,
        List<Candidate> candidates,
        Optional<String> next,
        List<Alarm> alarms,
        List<Action> actions,
        OptionalLong closedStep) {

    /**
     * A possible cause.
     *
     * @param cause its id
     * @param probability in [0, 1]
     * @param supporting what speaks for it; copied
     * @param opposing what speaks against it; copied
     */
    public record Candidate(
            String cause, double probability, List<String> supporting, List<String> opposing) {

        /** Copies the lists. */
        public Candidate {
            Objects.requireNonNull(cause, "cause");
            supporting = List.copyOf(supporting);
            opposing = List.copyOf(opposing);
        }
    }

    /**
     * An alarm and its evidence.
     *
     * @param detector who raised it
     * @param evidenceClass the kind of evidence
     * @param signal what was looked at
     * @param observed its value, possibly not finite
     * @param expected the range that was expected, in words
     * @param since the step at which the change is estimated to have begun
     * @param invariant whether this may not happen in any healthy run
     */
    public record Alarm(
            String detector,
            String evidenceClass,
            String signal,
            OptionalDouble observed,
            String expected,
            OptionalLong since,
            boolean invariant) {

        /** Checks that nothing is missing. */
        public Alarm {
            Objects.requireNonNull(detector, "detector");
            Objects.requireNonNull(evidenceClass, "evidenceClass");
            Objects.requireNonNull(signal, "signal");
            Objects.requireNonNull(observed, "observed");
            Objects.requireNonNull(expected, "expected");
            Objects.requireNonNull(since, "since");
        }
    }

    /**
     * Something that was done about it.
     *
     * @param words what, in words
     * @param step the step after which it was done
     * @param verifiedStep the step at which its outcome was known
     * @param outcome the outcome's name; empty while pending
     * @param reason why the outcome is what it is
     */
    public record Action(
            String words,
            long step,
            OptionalLong verifiedStep,
            Optional<String> outcome,
            String reason) {

        /** Checks that nothing is missing. */
        public Action {
            Objects.requireNonNull(words, "words");
            Objects.requireNonNull(verifiedStep, "verifiedStep");
            Objects.requireNonNull(outcome, "outcome");
            Objects.requireNonNull(reason, "reason");
        }

        /** Tells whether it was verified to help. */
        public boolean helped() {
            return outcome.filter("HELPED"::equals).isPresent();
        }

        Action verified(long step, String newOutcome, String newReason) {
            return new Action(
                    words, this.step, OptionalLong.of(step), Optional.of(newOutcome), newReason);
        }
    }

    /** Copies the lists. */
    public IncidentStory {
        Objects.requireNonNull(onset, "onset");
        Objects.requireNonNull(next, "next");
        Objects.requireNonNull(closedStep, "closedStep");
        candidates = List.copyOf(candidates);
        alarms = List.copyOf(alarms);
        actions = List.copyOf(actions);
    }

    IncidentStory withActions(List<Action> newActions) {
        return new IncidentStory(
                number, openedStep, onset, candidates, next, alarms, newActions, closedStep);
    }

    /**
     * The journal tells the incident again when it closes, with what came to light after its
     * opening.
     */
    IncidentStory closed(IncidentStory last, long step) {
        return new IncidentStory(
                number,
                openedStep,
                onset,
                last.candidates.isEmpty() ? candidates : last.candidates,
                last.candidates.isEmpty() ? next : last.next,
                last.alarms.isEmpty() ? alarms : last.alarms,
                actions,
                OptionalLong.of(step));
    }
}
