package dev.rft.monitor.diagnose;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.Finding;
import dev.rft.monitor.Verdict;
import dev.rft.monitor.profile.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What is known of one failure: what alarmed, what moved since the onset, and in which order.
 *
 * <p>Implementation note. The score of a cause is the sum of the weights of its detectors that
 * alarm and of w tanh(d / 3) over its traits, d the shift of the signal in the trait's direction in
 * deviations of its healthy noise: a shift far beyond the noise counts its full weight and no more,
 * one in the opposite direction against. A signal that is not logged counts nothing; one that is
 * and stays quiet counts what the trait says of its silence. What is a consequence of the stage of
 * the step that moved first counts {@value #CONSEQUENCE} of its weight for causes in other stages,
 * which take {@value #LATE} off if their own stage moved at a later step. A cause of which nothing
 * is logged that it needs, such as broken tools in a run without any, is out.
 */
final class Case {

    /** A shift of so many deviations is clear. */
    static final double CLEAR = 3;

    private static final double WORTH_SAYING = 1.5;

    /** What a consequence still says: by its size, which differs between causes. */
    private static final double CONSEQUENCE = 0.15;

    /** What it costs a cause that something moved before its own stage did. */
    private static final double LATE = 6;

    /** What it costs a cause that nothing of what it would break is there. */
    private static final double NOWHERE = 20;

    private final List<Alarm> alarms;
    private final Shifts shifts;
    private final Course course;

    /** An alarm: whose, and what it is about. */
    record Alarm(String detector, Evidence evidence) {}

    /** How well a cause fits, with what speaks for and against it. */
    record Score(Cause cause, double value, List<String> supporting, List<String> opposing) {}

    Case(
            List<Finding> findings,
            List<Observation> recent,
            Stages stages,
            Optional<Profile> profile) {
        List<Alarm> violated = new ArrayList<>();
        for (Finding finding : findings) {
            if (finding.verdict() instanceof Verdict.Violated alarm) {
                violated.add(new Alarm(finding.detector(), alarm.evidence()));
            }
        }
        alarms = List.copyOf(violated);
        shifts = new Shifts(recent, onset(alarms, recent), profile);
        course = new Course(stages, shifts);
    }

    /** The earliest onset that an alarm names; the present step when none does. */
    private static long onset(List<Alarm> alarms, List<Observation> recent) {
        long present = recent.get(recent.size() - 1).key().step();
        return alarms.stream()
                .mapToLong(alarm -> alarm.evidence().onset().orElse(present))
                .min()
                .orElse(present);
    }

    List<Alarm> alarms() {
        return alarms;
    }

    Shifts shifts() {
        return shifts;
    }

    Score score(Fingerprint fingerprint) {
        double total = 0;
        List<String> supporting = new ArrayList<>();
        List<String> opposing = new ArrayList<>();
        if (!fingerprint.needs().isEmpty()
                && fingerprint.needs().stream().noneMatch(shifts::logged)) {
            total -= NOWHERE;
            opposing.add("nothing is logged of what it would break");
        }
        if (fingerprint.stage().isPresent() && course.late(fingerprint.stage().get())) {
            total -= LATE;
            opposing.add("what it would move first moved after something else");
        }
        for (Alarm alarm : alarms) {
            double weight = fingerprint.alarms().getOrDefault(alarm.detector(), 0.0);
            if (weight != 0) {
                total += weight * worth(fingerprint.stage(), alarm.evidence().signal(), weight);
                (weight > 0 ? supporting : opposing)
                        .add(alarm.detector() + ": " + alarm.evidence());
            }
        }
        for (Fingerprint.Trait trait : fingerprint.shifts()) {
            OptionalDouble shift = shifts.beyond(trait.signal(), trait.beyond());
            if (shift.isPresent()) {
                double fit = fit(trait, shift.getAsDouble());
                fit *= worth(fingerprint.stage(), trait.signal(), fit);
                double silent = trait.silence() * (1 - Math.abs(clear(shift.getAsDouble())));
                total += fit + silent;
                boolean moved = Math.abs(shift.getAsDouble()) >= WORTH_SAYING;
                double says = fit + silent;
                if (says > 0 && (moved || silent > 0)) {
                    supporting.add(describe(trait.signal(), shift.getAsDouble()));
                } else if (says < 0) {
                    opposing.add(describe(trait.signal(), shift.getAsDouble()));
                }
            }
        }
        return new Score(fingerprint.cause(), total, distinct(supporting), distinct(opposing));
    }

    /** What was learned adds traits beside those that were there. */
    private static List<String> distinct(List<String> lines) {
        return lines.stream().distinct().toList();
    }

    /**
     * How much a weight counts. A consequence speaks for the causes that are first, whose doing it
     * is, and neither for nor against any other. Of a cause whose own stage the log does not show
     * in time, everything is a consequence.
     */
    double worth(Optional<Stage> stage, Signal signal, double weight) {
        boolean foretold =
                stage.filter(own -> !course.ordered(own) || (weight > 0 && course.first(own)))
                        .isPresent();
        return course.consequence(signal) && !foretold ? CONSEQUENCE : 1;
    }

    private static double fit(Fingerprint.Trait trait, double shift) {
        double directed =
                switch (trait.direction()) {
                    case UP -> shift;
                    case DOWN -> -shift;
                    case EITHER, NONE -> Math.abs(shift);
                };
        double clear = clear(directed);
        // What would speak against a cause does not speak for it when it moves the other way.
        return trait.weight() * (trait.weight() < 0 ? Math.max(0, clear) : clear);
    }

    private static double clear(double shift) {
        return Math.tanh(shift / CLEAR);
    }

    private static String describe(Signal signal, double shift) {
        return Math.abs(shift) < WORTH_SAYING
                ? signal + " did not move"
                : String.format(
                        Locale.ROOT,
                        "%s %s by %.1f standard deviations",
                        signal,
                        shift > 0 ? "rose" : "fell",
                        Math.abs(shift));
    }
}
