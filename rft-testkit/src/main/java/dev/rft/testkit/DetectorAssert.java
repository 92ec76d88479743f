package dev.rft.testkit;

import dev.rft.api.signal.Observation;
import dev.rft.monitor.Detector;
import dev.rft.monitor.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.AbstractAssert;

/** Assertions on what a detector says of a stream of observations. */
public final class DetectorAssert extends AbstractAssert<DetectorAssert, Detector> {

    private static final int SHOWN = 4;

    DetectorAssert(Detector detector) {
        super(detector, DetectorAssert.class);
    }

    /**
     * Shows the detector a stream.
     *
     * @param observations the stream, in order
     * @return assertions on its verdicts
     */
    public OnSeries on(List<Observation> observations) {
        isNotNull();
        List<Verdict> verdicts = new ArrayList<>();
        for (Observation observation : observations) {
            verdicts.add(actual.inspect(observation));
        }
        return new OnSeries(List.copyOf(observations), List.copyOf(verdicts));
    }

    /** Assertions on the verdicts on one stream. */
    public final class OnSeries {

        private final List<Observation> observations;
        private final List<Verdict> verdicts;

        private OnSeries(List<Observation> observations, List<Verdict> verdicts) {
            this.observations = observations;
            this.verdicts = verdicts;
        }

        /**
         * Sets how late an alarm may come.
         *
         * @param steps number of steps from the onset on, that one included; at least 1
         * @return names the onset next
         */
        public Within firesWithin(int steps) {
            if (steps < 1) {
                throw new IllegalArgumentException("steps: must be >= 1, was " + steps);
            }
            return new Within(this, steps);
        }

        /** Asserts that there is no alarm in the whole stream. */
        public OnSeries staysSilent() {
            staysSilentBefore(Long.MAX_VALUE);
            return this;
        }

        /** Returns the verdicts, one per observation. */
        public List<Verdict> verdicts() {
            return verdicts;
        }

        private void staysSilentBefore(long step) {
            int first = firstAlarm(0);
            if (first >= 0 && observations.get(first).key().step() < step) {
                fail("Expected no alarm, but there was one at step %s:%n%s", first);
            }
        }

        private void firesBetween(long onset, int steps) {
            int from = 0;
            while (from < observations.size() && observations.get(from).key().step() < onset) {
                from++;
            }
            if (from == observations.size()) {
                throw new IllegalArgumentException(
                        "onset: must be a step of the series, was " + onset);
            }
            int first = firstAlarm(from);
            if (first < 0 || first >= from + steps) {
                fail(
                        "Expected an alarm within "
                                + steps
                                + " steps from step %s on, but "
                                + (first < 0
                                        ? "there was none"
                                        : "the first came at step "
                                                + observations.get(first).key().step())
                                + ":%n%s",
                        from);
            }
        }

        private int firstAlarm(int from) {
            for (int i = from; i < verdicts.size(); i++) {
                if (verdicts.get(i) instanceof Verdict.Violated) {
                    return i;
                }
            }
            return -1;
        }

        private void fail(String message, int around) {
            StringBuilder shown = new StringBuilder();
            int to = Math.min(verdicts.size(), around + SHOWN + 1);
            for (int i = Math.max(0, around - SHOWN); i < to; i++) {
                shown.append(i == around ? "  > " : "    ")
                        .append("step ")
                        .append(observations.get(i).key())
                        .append("  ")
                        .append(observations.get(i).step().values())
                        .append("  ")
                        .append(describe(verdicts.get(i)))
                        .append(System.lineSeparator());
            }
            failWithMessage(message, observations.get(around).key(), shown);
        }
    }

    /** An alarm in time, of an onset to be named. */
    public static final class Within {

        private final OnSeries series;
        private final int steps;

        private Within(OnSeries series, int steps) {
            this.series = series;
            this.steps = steps;
        }

        /**
         * Asserts that no alarm comes before the onset and one comes in time after it.
         *
         * @param step the first step of the fault, which counts as the first of the steps allowed
         * @return the stream, for more assertions
         */
        public OnSeries afterOnset(long step) {
            series.staysSilentBefore(step);
            series.firesBetween(step, steps);
            return series;
        }
    }

    private static String describe(Verdict verdict) {
        return verdict.match(
                healthy -> "healthy",
                suspect -> "suspect: " + suspect.evidence(),
                violated -> "ALARM: " + violated.evidence(),
                notEvaluated -> "not evaluated: " + notEvaluated.reason());
    }
}
