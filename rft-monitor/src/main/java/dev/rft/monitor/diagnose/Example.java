package dev.rft.monitor.diagnose;

import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A failure whose cause is known, as numbers. Of its signals those that rft knows take part: others
 * mean something else in the next trainer's log, and speak by the alarms of detectors on them.
 */
final class Example {

    private final Cause cause;
    private final Case known;
    private final double[] base;
    private final Map<Feature, Double> values = new TreeMap<>();
    private final Map<Feature, Signal> signals = new TreeMap<>();

    /**
     * What a weight can be given to: an alarm of a detector, or the move of a signal.
     *
     * @param alarm whether it is an alarm
     * @param name the detector, or the signal
     */
    record Feature(boolean alarm, String name) implements Comparable<Feature> {
        @Override
        public int compareTo(Feature other) {
            int first = Boolean.compare(alarm, other.alarm);
            return first != 0 ? first : name.compareTo(other.name);
        }
    }

    Example(Fingerprints fingerprints, Cause cause, Case known) {
        this.cause = cause;
        this.known = known;
        base = new double[fingerprints.causes().size() + 1];
        TreeSet<Signal> looked = new TreeSet<>(Signals.all());
        looked.remove(Signals.STEP_SECONDS); // tells of the machine
        for (int i = 0; i < fingerprints.causes().size(); i++) {
            Fingerprint fingerprint = fingerprints.causes().get(i);
            base[i] = known.score(fingerprint).value();
        }
        base[base.length - 1] = fingerprints.abstain();
        for (Signal signal : looked) {
            double clear = Math.tanh(known.shifts().of(signal).orElse(0) / Case.CLEAR);
            if (clear != 0) {
                add(new Feature(false, signal.name()), signal, clear);
            }
        }
        for (Case.Alarm alarm : known.alarms()) {
            add(new Feature(true, alarm.detector()), alarm.evidence().signal(), 1);
        }
    }

    private void add(Feature feature, Signal signal, double value) {
        values.put(feature, value);
        signals.put(feature, signal);
    }

    Cause cause() {
        return cause;
    }

    /** Returns the scores without what is learned: one per fingerprint, then that of UNKNOWN. */
    double[] base() {
        return base.clone();
    }

    /** Returns the features that are not 0. */
    Map<Feature, Double> values() {
        return values;
    }

    /** Returns how much a weight of a feature counts for a cause. */
    double worth(Fingerprint fingerprint, Feature feature, double weight) {
        Signal signal = Objects.requireNonNull(signals.get(feature), "signal");
        return known.worth(fingerprint.stage(), signal, weight);
    }
}
