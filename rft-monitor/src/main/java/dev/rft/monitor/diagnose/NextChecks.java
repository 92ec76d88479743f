package dev.rft.monitor.diagnose;

import dev.rft.api.signal.Signal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Finds what would tell the two best candidates apart.
 *
 * <p>Implementation note. A check is worth the mean log-odds that its finding adds for the true one
 * of the two. For an experiment that is its weight. For a signal it follows from the fingerprints:
 * each cause expects the move that it scores highest, and the worth is half the sum of what the one
 * gains over the other by its own expected move. A signal that moved a little still has what tanh
 * leaves; one that is there and did not move has said what it has to say.
 */
final class NextChecks {

    /** One that is so much more probable than the next needs no check. */
    private static final double CLEARLY_AHEAD = 4;

    private static final double MOVED_AT_ALL = 1;
    private static final String STAYS = "it stays";

    private final Fingerprints fingerprints;
    private final Shifts shifts;

    NextChecks(Fingerprints fingerprints, Shifts shifts) {
        this.fingerprints = fingerprints;
        this.shifts = shifts;
    }

    /** Returns the best check for a ranked list of candidates, if one is needed and known. */
    Optional<NextCheck> of(List<Diagnosis.Candidate> ranked) {
        List<Diagnosis.Candidate> known =
                ranked.stream().filter(candidate -> candidate.cause() != Cause.UNKNOWN).toList();
        if (known.size() < 2) {
            return Optional.empty();
        }
        Diagnosis.Candidate one = known.get(0);
        Diagnosis.Candidate other = known.get(1);
        boolean abstains = ranked.get(0).cause() == Cause.UNKNOWN;
        if (!abstains && one.probability() > CLEARLY_AHEAD * other.probability()) {
            return Optional.empty();
        }
        // Of equal ones the first: experiments in the order of the file, then signals by name.
        return Stream.concat(
                        experiments(one.cause(), other.cause()),
                        signals(one.cause(), other.cause()))
                .max(Comparator.comparingDouble(Experiment.Weighed::weight))
                .map(Experiment.Weighed::check);
    }

    private Stream<Experiment.Weighed> experiments(Cause one, Cause other) {
        return fingerprints.checks().stream()
                .flatMap(check -> check.between(one, other).stream())
                .sorted(Comparator.comparingDouble(Experiment.Weighed::weight).reversed())
                .limit(1);
    }

    private Stream<Experiment.Weighed> signals(Cause one, Cause other) {
        Fingerprint first = fingerprint(one);
        Fingerprint second = fingerprint(other);
        TreeSet<Signal> all = new TreeSet<>();
        first.shifts().forEach(trait -> all.add(trait.signal()));
        second.shifts().forEach(trait -> all.add(trait.signal()));
        List<Experiment.Weighed> weighed = new ArrayList<>();
        for (Signal signal : all) {
            double left = unsaid(signal);
            Expected of = Expected.of(first, signal);
            Expected ofOther = Expected.of(second, signal);
            if (left > 0 && of.move() != ofOther.move()) {
                double worth =
                        (of.gain(of.move())
                                        - ofOther.gain(of.move())
                                        + ofOther.gain(ofOther.move())
                                        - of.gain(ofOther.move()))
                                / 2;
                boolean logged = shifts.of(signal).isPresent();
                String what = (logged ? "watch " : "log ") + signal;
                weighed.add(
                        new Experiment.Weighed(
                                new NextCheck(what, one, of.words(), other, ofOther.words()),
                                left * worth));
            }
        }
        return weighed.stream()
                .sorted(Comparator.comparingDouble(Experiment.Weighed::weight).reversed())
                .limit(1);
    }

    private Fingerprint fingerprint(Cause cause) {
        return fingerprints.causes().stream()
                .filter(fingerprint -> fingerprint.cause() == cause)
                .findFirst()
                .orElseThrow();
    }

    /** Returns how much of what a signal can say it has not said yet, from 0 to 1. */
    private double unsaid(Signal signal) {
        OptionalDouble shift = shifts.of(signal);
        if (shift.isEmpty()) {
            return 1;
        }
        double size = Math.abs(shift.getAsDouble());
        return size < MOVED_AT_ALL || size >= Case.CLEAR ? 0 : 1 - Math.tanh(size / Case.CLEAR);
    }

    /**
     * What a cause gains by a clear rise and a clear fall of a signal; by none it gains nothing.
     */
    private record Expected(double byRise, double byFall) {

        static Expected of(Fingerprint fingerprint, Signal signal) {
            double rise = 0;
            double fall = 0;
            for (Fingerprint.Trait trait : fingerprint.shifts()) {
                if (trait.signal().equals(signal)) {
                    double opposite = Math.min(0, -trait.weight());
                    switch (trait.direction()) {
                        case UP -> {
                            rise += trait.weight();
                            fall += opposite;
                        }
                        case DOWN -> {
                            fall += trait.weight();
                            rise += opposite;
                        }
                        case EITHER, NONE -> {
                            rise += trait.weight();
                            fall += trait.weight();
                        }
                    }
                }
            }
            return new Expected(rise, fall);
        }

        /** Returns 1 for a rise, -1 for a fall, 0 for neither. */
        int move() {
            if (byRise > 0 && byRise >= byFall) {
                return 1;
            }
            return byFall > 0 ? -1 : 0;
        }

        double gain(int move) {
            return move == 0 ? 0 : move > 0 ? byRise : byFall;
        }

        String words() {
            if (move() == 0) {
                return STAYS;
            }
            return byRise > 0 && byFall > 0 ? "it moves" : move() > 0 ? "it rises" : "it falls";
        }
    }
}
