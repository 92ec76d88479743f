package dev.rft.monitor.stats;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A self-starting control chart for one direction of one signal: finds a jump by a robust z and a
 * drift by a CUSUM.
 *
 * <p>Implementation note. A value x is judged against a baseline of at most {@value #WINDOW}
 * earlier values, of which the last {@value #GAP} are kept out, so that a slow change is not
 * learned before it is seen. With r the residual in the adverse direction and rho the baseline's
 * autocorrelation, the whitened residual is e = r - rho r', and z = e / (s sqrt(1 + q)), s its
 * robust deviation and q the variance of the expected value relative to the noise; r' is held
 * against what was expected then. Jump: z above {@link Limits#spike}, or two in a row ({@link
 * Jumps}). Drift: S = max(0, S + min(z - k, c h)), an alarm at h = {@link Limits#drift} ({@link
 * Cusum}). The reference value k is 0.5 plus two standard errors of the expected value, because an
 * error in it repeats at every step. The cut c = {@value #SHARE_OF_ONE} lets no single wild value
 * reach the drift alarm, however heavy the tail (a bounded score, Huber 1981). S is held at the
 * alarm height, so that the first value that is normal again ends the alarm.
 *
 * <p>Onset: of a jump, the first value of the unbroken run of jumps; of a drift, the step after S
 * was last 0 (Page, 1954).
 *
 * <p>Hazards. Values enter the baseline cut at {@value #VALUE_CUT} deviations. A jump in either
 * direction is not used for whitening the next value, or a spike up would look like a fall. After
 * {@value #PATIENCE} alarms in one episode the chart takes the new level for a legitimate one and
 * learns anew. Windows count values, never step numbers, which go back after a rollback.
 */
public final class ChangeChart {

    /** Largest number of values in the baseline. */
    public static final int WINDOW = 48;

    /** Number of latest values that are kept out of the baseline. */
    public static final int GAP = 8;

    /** Number of values before the first judgement. */
    public static final int WARM_UP = 16;

    /** Number of alarms after which a change counts as lasting and legitimate. */
    public static final int PATIENCE = 32;

    /**
     * One value moves the CUSUM by at most this share of the alarm height: three alarm, one or two
     * never do.
     */
    private static final double SHARE_OF_ONE = 0.36;

    /** So many standard errors of a level are added to the reference value. */
    private static final double LEVEL_ERRORS = 2;

    /** Of a line fewer: the more lenient of line and level is expected anyway. */
    private static final double TREND_ERRORS = 1;

    private static final double VALUE_CUT = 4;
    private static final double SMALLEST_SHIFT = 0.5;
    private static final int RECENT = 3;
    private static final int SCALARS = 4;
    private static final int REFRESH = 8;

    /** What a healthy value may do in the adverse direction. */
    public enum Path {
        /** It keeps its level. */
        LEVEL,
        /**
         * It keeps its level, and no value depends on the one before: known, not learned. A chart
         * on a few dozen values cannot rule out a strong memory, and a step of six deviations may
         * be one.
         */
        STEADY,
        /** It may go on along the trend that it has shown. */
        TREND,
        /**
         * It may drift as it likes; what counts is a move away from the median of its last values,
         * which soon follows.
         */
        DRIFTING
    }

    private final int sign;
    private final Path path;
    private final double tolerance;
    private final Window baseline = new Window(WINDOW);
    private final Window pending = new Window(GAP);
    private final Autocorrelation autocorrelation;
    private final Tail tail;
    private @Nullable Baseline estimated;
    private int age;
    private final Cusum cusum;
    private final Jumps jumps;
    private double previous;
    private int alarms;
    private int calm;

    /**
     * Makes a chart that has seen nothing.
     *
     * @param sign +1 when a rise is adverse, -1 when a fall is
     * @param path what is healthy
     * @param tolerance a move by this much on the transformed scale is no alarm, at least 0
     * @param falseAlarmsPerStep how many false alarms per value it may give, in (0, 0.1]
     */
    public ChangeChart(int sign, Path path, double tolerance, double falseAlarmsPerStep) {
        if (sign != 1 && sign != -1) {
            throw new IllegalArgumentException("sign: must be 1 or -1, was " + sign);
        }
        if (!(tolerance >= 0 && Double.isFinite(tolerance))) {
            throw new IllegalArgumentException("tolerance: must be >= 0, was " + tolerance);
        }
        this.sign = sign;
        this.path = Objects.requireNonNull(path, "path");
        this.tolerance = tolerance;
        this.autocorrelation = path == Path.STEADY ? Autocorrelation.none() : new Autocorrelation();
        Limits limits = Limits.of(Limits.checkedRate(falseAlarmsPerStep));
        this.cusum = new Cusum(sign, limits.drift(), SHARE_OF_ONE);
        this.tail = new Tail(SHARE_OF_ONE * limits.drift());
        this.jumps = new Jumps(limits, tail);
    }

    /**
     * Judges a value and learns from it.
     *
     * @param value on the transformed scale, finite
     * @param noise a standard deviation that the value has at least, because of sampling; 0 when
     *     not known
     * @param step the step number, for the onset only
     * @return the judgement
     */
    public Reading read(double value, double noise, long step) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("value: must be finite, was " + value);
        }
        if (baseline.size() < WARM_UP) {
            baseline.add(value);
            previous = value;
            return Reading.learning();
        }
        Baseline base = baseline(noise);
        double expected = expected(base);
        double residual = sign * (value - expected);
        double unit =
                Math.max(noise, base.innovation()) * Math.sqrt(1 + base.error() * base.error());
        double carried =
                autocorrelation.upper() * sign * (previous - expectedBefore(base, expected));
        double z = (residual - tolerance - carried) / unit;
        boolean jump = jumps.judge(z, unit, step);
        double least = least(base.error());
        double free = carried + tolerance;
        double still = expected + sign * (free + least * unit);
        cusum.add(z - least, value, expected, still, unit, step);
        boolean drift = cusum.alarms();
        Reading reading =
                reading(
                        step,
                        jump,
                        residual / unit,
                        expected,
                        expected + sign * (free + jumps.limit() * unit));
        double innovation = residual - carried;
        double passedOn = jumps.passedOn(innovation / unit) * unit;
        jumps.withhold(autocorrelation.upper() * (innovation - passedOn));
        previous = expected + sign * (carried + passedOn);
        learn(expected + sign * (carried + Robust.clamp(innovation, VALUE_CUT * unit)));
        if (!(jump || drift) || alarms == 0) {
            // A long alarm counts as one deviation: it is a fault, or else one false alarm.
            tail.learnLater(z);
        }
        settle(jump || drift, value);
        return reading;
    }

    /**
     * Returns the baseline at the present step. A full one is estimated anew every {@value
     * #REFRESH} values only: it changes little and is most of the work.
     */
    private Baseline baseline(double noise) {
        Baseline last = estimated;
        if (last != null && baseline.isFull() && age < REFRESH - 1) {
            age++;
            return last.after(age);
        }
        double[] known = baseline.toArray();
        boolean first = last == null;
        last =
                Baseline.of(
                        known,
                        pending.size() + 1,
                        path == Path.TREND,
                        noise,
                        autocorrelation,
                        last == null ? known.length : age + 1);
        if (first) {
            learnScores(known, last);
        }
        tail.refresh();
        estimated = last;
        age = 0;
        return last;
    }

    /** Returns what the value before was to be held against: a line was elsewhere then. */
    private double expectedBefore(Baseline base, double expected) {
        return path == Path.TREND && expected == base.line() ? expected - base.slope() : expected;
    }

    private double expected(Baseline base) {
        double expected = sign * base.level();
        if (path == Path.TREND) {
            expected = Math.max(expected, sign * base.line());
        }
        if (path == Path.DRIFTING) {
            expected = Math.max(expected, sign * recent());
        }
        return sign * expected;
    }

    /** Returns the median of the last values, of which some are in the baseline at first. */
    private double recent() {
        int waiting = Math.min(RECENT, pending.size());
        double[] last = Arrays.copyOf(pending.latest(waiting), RECENT);
        System.arraycopy(baseline.latest(RECENT - waiting), 0, last, waiting, RECENT - waiting);
        return Robust.medianOf(last);
    }

    /** Returns the reference value of the CUSUM. */
    private double least(double error) {
        double errors = (path == Path.TREND ? TREND_ERRORS : LEVEL_ERRORS) * error;
        return Math.max(SMALLEST_SHIFT + errors, tail.reference());
    }

    /**
     * Returns the most adverse value that was remembered before the last one was read, on the
     * transformed scale; NaN while the chart is learning.
     */
    public double extreme() {
        if (pending.size() == 0) {
            return Double.NaN;
        }
        double extreme = Double.NEGATIVE_INFINITY;
        for (double value : baseline.toArray()) {
            extreme = Math.max(extreme, sign * value);
        }
        double[] latest = pending.toArray();
        for (int i = 0; i < latest.length - 1; i++) {
            extreme = Math.max(extreme, sign * latest[i]);
        }
        return sign * extreme;
    }

    /** Of a jump the value is compared, of a drift the mean since its onset. */
    private Reading reading(long step, boolean jump, double shift, double expected, double limit) {
        if (jump) {
            OptionalLong onset = OptionalLong.of(Math.min(jumps.onset(), step));
            return new Reading(
                    Reading.State.ALARM, shift, expected, limit, OptionalDouble.empty(), onset);
        }
        if (!cusum.suspects()) {
            return Reading.quiet(shift, expected, limit);
        }
        return new Reading(
                cusum.alarms() ? Reading.State.ALARM : Reading.State.SUSPECT,
                shift,
                cusum.expected(),
                cusum.limit(),
                OptionalDouble.of(cusum.mean()),
                OptionalLong.of(cusum.onset()));
    }

    private void learn(double value) {
        if (pending.isFull()) {
            baseline.add(pending.oldest());
        }
        pending.add(value);
    }

    /**
     * Learns how far the values of the first baseline stray from what the path would have expected.
     * On most that is their trend, wanted or not: what moves steadily is no noise, and would make
     * the tail so wide that nothing is found for hundreds of values.
     */
    private void learnScores(double[] known, Baseline base) {
        int n = known.length;
        for (int i = path == Path.DRIFTING ? RECENT : 1; i < n; i++) {
            double expected = base.trend(n - i);
            double before = base.trend(n - i + 1);
            if (path == Path.DRIFTING) {
                double recent = Robust.median(known[i - 1], known[i - 2], known[i - 3]);
                expected = sign * Math.max(sign * base.level(), sign * recent);
                before = expected;
            }
            double carried = autocorrelation.upper() * (known[i - 1] - before);
            double adverse = sign * (known[i] - expected - carried) - tolerance;
            tail.learn(adverse / base.innovation());
        }
    }

    /** Ends an episode after a calm stretch, and learns anew when one lasts. */
    private void settle(boolean alarm, double value) {
        if (alarm) {
            alarms++;
            calm = 0;
        } else if (alarms > 0 && ++calm >= GAP) {
            alarms = 0;
            calm = 0;
        }
        if (alarms >= PATIENCE) {
            clear();
            baseline.add(value);
            previous = value;
        }
    }

    private void clear() {
        baseline.clear();
        pending.clear();
        autocorrelation.clear();
        tail.clear();
        estimated = null;
        age = 0;
        cusum.clear();
        jumps.clear();
        previous = 0;
        alarms = 0;
        calm = 0;
    }

    /** Returns what was learned, as numbers by name. */
    public Map<String, double[]> save() {
        Map<String, double[]> state = new TreeMap<>();
        state.put("baseline", baseline.toArray());
        state.put("pending", pending.toArray());
        state.put("tail", tail.save());
        state.put("autocorrelation", autocorrelation.save());
        Baseline last = estimated;
        state.put("estimated", last == null ? new double[0] : last.save());
        state.put("state", new double[] {previous, alarms, calm, age});
        jumps.save(state);
        cusum.save(state);
        return state;
    }

    /**
     * Takes back what an equal chart learned.
     *
     * @param state what {@link #save} returned, or an empty map for a chart that has seen nothing
     * @throws IllegalArgumentException when it is something else; the chart may then be half
     *     restored
     */
    public void restore(Map<String, double[]> state) {
        clear();
        if (state.isEmpty()) {
            return;
        }
        double[] scalars = entry(state, "state", SCALARS);
        double[] saved = entry(state, "estimated", -1);
        baseline.set(entry(state, "baseline", -1));
        pending.set(entry(state, "pending", -1));
        autocorrelation.restore(entry(state, "autocorrelation", 3));
        estimated = saved.length == 0 ? null : Baseline.restored(saved);
        cusum.restore(state);
        previous = scalars[0];
        alarms = (int) scalars[1];
        calm = (int) scalars[2];
        age = (int) scalars[3];
        jumps.restore(state);
        tail.restore(entry(state, "tail", -1));
    }

    /** Returns an entry of a state, of a given length unless that is negative. */
    static double[] entry(Map<String, double[]> state, String name, int length) {
        double[] values = state.get(name);
        if (values == null) {
            throw new IllegalArgumentException(
                    "chart state: must have '" + name + "', had " + state.keySet());
        }
        if (length >= 0 && values.length != length) {
            throw new IllegalArgumentException(
                    "chart state: '"
                            + name
                            + "' must have "
                            + length
                            + " numbers, had "
                            + values.length);
        }
        return values;
    }
}
