package dev.rft.monitor.profile;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signal;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.Verdict;
import dev.rft.monitor.stats.ChangeChart;
import dev.rft.monitor.stats.Robust;
import dev.rft.monitor.stats.Transform;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Follows one signal of a run, in one direction, against what healthy runs showed.
 *
 * <p>Implementation note. At the end of each phase the median of the run's values is compared with
 * the profile's level, see {@link Usual}. The test of a phase of n steps may give n times the false
 * alarms that a step may, so that the rate per step holds on average and early tests ask for much.
 * It alarms only where every phase from the first ones on lay on the same side, if only a little:
 * what begins later is for the detectors that know the run's own beginning, and to take it for a
 * fault of the first step would throw away what was learned until then.
 *
 * <p>An alarm lasts until the median of the last {@value #LATEST} values is half of the way back,
 * and at most {@value ChangeChart#PATIENCE} steps in all: after that the run is taken for another
 * kind of healthy.
 */
final class Track {

    /** What shows by this phase has been there since the first step: consequences take a while. */
    private static final int BEGINNING = 1;

    /** A run that was not seen by this phase was not seen from its beginning. */
    private static final int LATEST_START = 2;

    private static final int FEWEST = 3;
    private static final int LATEST = 4;
    private static final int NONE = -1;
    private static final int SCALARS = 10;

    private final Usual usual;
    private final int side;
    private final Bounds bounds;

    private final double[] values = new double[Phases.LONGEST];
    private final double[] latest = new double[LATEST];
    private int size;
    private int read;
    private int phase;
    private long firstStep = NONE;
    private int firstJudged = NONE;
    private int judged = NONE;
    private double observed;

    /** The phase from which on all lay on the adverse side; none when the last one did not. */
    private int since = NONE;

    private boolean out;
    private int alarms;

    /**
     * Makes a track that has seen nothing.
     *
     * @param usual what healthy runs showed
     * @param side +1 when a rise is adverse, -1 when a fall is
     * @param bounds how far it may be away, for the usual's degrees of freedom
     */
    Track(Usual usual, int side, Bounds bounds) {
        this.usual = usual;
        this.side = side;
        this.bounds = bounds;
    }

    String name() {
        return usual.signal().name() + (side > 0 ? "/up" : "/down");
    }

    Verdict inspect(Observation observation) {
        OptionalDouble value = Levels.read(usual.signal(), observation);
        if (value.isEmpty()) {
            return Verdict.notEvaluated("no value of " + usual.signal());
        }
        long step = observation.key().step();
        firstStep = firstStep == NONE ? step : Math.min(firstStep, step);
        if (Phases.of(step) != phase) {
            judge();
            phase = Phases.of(step);
        }
        if (size < values.length) {
            values[size++] = value.getAsDouble();
        }
        latest[read % LATEST] = usual.knows(phase) ? value.getAsDouble() - usual.level(phase) : 0;
        read++;
        if (step >= Phases.last(phase)) {
            judge();
        }
        out = out && !back();
        return verdict();
    }

    /** Judges the values of the phase that has ended. */
    private void judge() {
        int n = size;
        size = 0;
        if (n < FEWEST || !usual.knows(phase)) {
            return;
        }
        judged = phase;
        firstJudged = firstJudged == NONE ? phase : firstJudged;
        observed = Robust.median(Arrays.copyOf(values, n));
        double deviations = side * (observed - usual.level(phase)) / usual.deviation(n);
        if (deviations < bounds.already()) {
            since = NONE;
            out = false;
            return;
        }
        // After a rollback an earlier phase is executed again.
        since = since == NONE ? phase : Math.min(since, phase);
        out = deviations >= bounds.alarm(phase);
    }

    private boolean back() {
        int n = Math.min(read, LATEST);
        double distance = side * Robust.median(Arrays.copyOf(latest, n));
        return n == LATEST && distance < bounds.alarm(judged) * usual.deviation(LATEST) / 2;
    }

    private boolean fromTheBeginning() {
        return since <= BEGINNING || since == firstJudged;
    }

    private Verdict verdict() {
        Signal signal = usual.signal();
        if (Phases.of(firstStep) > LATEST_START) {
            return Verdict.notEvaluated(signal + ": its first steps were not seen");
        }
        if (judged == NONE) {
            return Verdict.notEvaluated(signal + ": too few values to compare with the profile");
        }
        if (!usual.knows(phase)) {
            return Verdict.notEvaluated(signal + ": the profile's runs were not as long");
        }
        if (!out) {
            return Verdict.healthy();
        }
        if (!fromTheBeginning()) {
            return Verdict.suspect(evidence().since(Phases.first(since)));
        }
        if (alarms >= ChangeChart.PATIENCE) {
            return Verdict.notEvaluated(signal + ": taken for this run's way");
        }
        alarms++;
        // Some signals, such as the KL, have no value before the first update.
        long onset = Phases.of(firstStep) == 0 ? 1 : firstStep;
        return Verdict.violated(evidence().since(onset));
    }

    private Evidence evidence() {
        Signal signal = usual.signal();
        int n = Math.min(Phases.length(judged), Phases.LONGEST);
        double deviation = usual.deviation(n);
        double level = usual.level(judged);
        double far = level + side * bounds.alarm(judged) * deviation;
        String expected =
                String.format(
                        Locale.ROOT,
                        "about %.4g, %s %.4g as in %d healthy runs",
                        Transform.invert(signal.scale(), level),
                        side > 0 ? "at most" : "at least",
                        Transform.invert(signal.scale(), far),
                        usual.runs());
        return Evidence.of(signal, Transform.invert(signal.scale(), observed), expected)
                .shiftedBy((observed - level) / deviation);
    }

    /** Returns what was learned; as many numbers however much it is. */
    double[] save() {
        double[] state = new double[SCALARS + LATEST + values.length];
        double[] scalars = {
            read,
            phase,
            (double) firstStep,
            firstJudged,
            judged,
            observed,
            since,
            out ? 1 : 0,
            alarms,
            size
        };
        System.arraycopy(scalars, 0, state, 0, SCALARS);
        System.arraycopy(latest, 0, state, SCALARS, LATEST);
        System.arraycopy(values, 0, state, SCALARS + LATEST, values.length);
        return state;
    }

    /**
     * Takes back what an equal track learned.
     *
     * @param state what {@link #save} returned, or an empty array for a track that has seen nothing
     * @throws IllegalArgumentException when it is something else; nothing has changed then
     */
    void restore(double[] state) {
        double[] from = state.length == 0 ? new Track(usual, side, bounds).save() : state;
        boolean whole = from.length == SCALARS + LATEST + values.length;
        if (!whole || !Arrays.stream(from).allMatch(Double::isFinite)) {
            throw new IllegalArgumentException(
                    "state of "
                            + name()
                            + ": must be finite numbers of a track, was "
                            + Arrays.toString(state));
        }
        read = (int) from[0];
        phase = (int) from[1];
        firstStep = (long) from[2];
        firstJudged = (int) from[3];
        judged = (int) from[4];
        observed = from[5];
        since = (int) from[6];
        out = from[7] != 0;
        alarms = (int) from[8];
        size = Math.max(0, Math.min(values.length, (int) from[9]));
        System.arraycopy(from, SCALARS, latest, 0, LATEST);
        System.arraycopy(from, SCALARS + LATEST, values, 0, values.length);
    }
}
