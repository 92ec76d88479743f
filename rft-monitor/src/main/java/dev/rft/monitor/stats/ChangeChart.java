package dev.rft.monitor.stats;

import java.util.Map;
import java.util.Objects;
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
 * robust deviation and q the variance of the expected value relative to the noise. Jump: z above
 * {@link Limits#spike}. Drift: S = max(0, S + min(z - k, c h)), an alarm at h = {@link
 * Limits#drift}. The reference value k is 0.5 plus two standard errors of the expected value,
 * because an error in it repeats at every step. The cut c = {@value #SHARE_OF_ONE} lets no single
 * wild value reach the drift alarm, however heavy the tail (a bounded score, Huber 1981). S is held
 * at the alarm height, so that the first value that is normal again ends the alarm.
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
    private static final int SCALARS = 8;
    private static final int REFRESH = 8;
    private static final double CARRIED = 6;

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
    private final Limits limits;
    private final Window baseline = new Window(WINDOW);
    private final Window pending = new Window(GAP);
    private final Autocorrelation autocorrelation;
    private final Tail tail;
    private @Nullable Baseline estimated;
    private int age;
    private double cusum;
    private boolean lastOut;
    private double previous;
    private int alarms;
    private int calm;
    private long driftOnset = -1;
    private long jumpOnset = -1;

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
        this.limits = Limits.of(checkedRate(falseAlarmsPerStep));
        this.tail = new Tail(SHARE_OF_ONE * limits.drift());
    }

    /** Returns a rate of false alarms that is in (0, 0.1]. */
    static double checkedRate(double falseAlarmsPerStep) {
        if (!(falseAlarmsPerStep > 0 && falseAlarmsPerStep <= 0.1)) {
            throw new IllegalArgumentException(
                    "falseAlarmsPerStep: must be in (0, 0.1], was " + falseAlarmsPerStep);
        }
        return falseAlarmsPerStep;
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
        double carried = autocorrelation.upper() * sign * (previous - expected);
        double z = (residual - tolerance - carried) / unit;
        boolean out = z > limits.pair() && z > tail.quantile(limits.pairRate());
        boolean alone = out && z > limits.spike() && z > tail.quantile(limits.rate());
        boolean jump = out && (alone || lastOut);
        boolean drift = accumulate(z, base.error(), step);
        jumpOnset = !out ? -1 : jumpOnset < 0 ? step : Math.min(jumpOnset, step);
        lastOut = out;
        Reading reading =
                new Reading(
                        state(jump, drift),
                        residual / unit,
                        expected,
                        expected + sign * (carried + tolerance + limits.drift() / 2 * unit),
                        onset(step, jump, jump || drift));
        double innovation = residual - carried;
        double passedOn = passedOn(innovation / unit) * unit;
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

    /**
     * Returns how much of a jump, in deviations, the next value is taken to begin with: a small one
     * in full, a large one as far as the run's own tail makes it plausible. Jumps of noise with a
     * memory are passed on; a step that is taken for such a jump would be hidden by it.
     */
    private double passedOn(double jump) {
        return Math.abs(jump) <= CARRIED
                ? jump
                : Robust.clamp(jump, Math.max(CARRIED, tail.shownQuantile(limits.rate())));
    }

    private double expected(Baseline base) {
        double expected = sign * base.level();
        if (path == Path.TREND) {
            expected = Math.max(expected, sign * base.line());
        }
        if (path == Path.DRIFTING && pending.size() >= RECENT) {
            expected = Math.max(expected, sign * Robust.median(pending.latest(RECENT)));
        }
        return sign * expected;
    }

    /** Moves the CUSUM and tells whether it stands at the alarm height. */
    private boolean accumulate(double z, double error, long step) {
        double errors = (path == Path.TREND ? TREND_ERRORS : LEVEL_ERRORS) * error;
        double least = Math.max(SMALLEST_SHIFT + errors, tail.reference());
        double before = cusum;
        double height = limits.drift();
        double score = Math.min(z - least, SHARE_OF_ONE * height);
        cusum = Math.min(height, Math.max(0, before + score));
        if (cusum == 0) {
            driftOnset = -1;
        } else if (before == 0 || driftOnset < 0 || driftOnset > step) {
            driftOnset = step;
        }
        return cusum >= height;
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

    private Reading.State state(boolean jump, boolean drift) {
        if (jump || drift) {
            return Reading.State.ALARM;
        }
        return cusum > limits.drift() / 2 ? Reading.State.SUSPECT : Reading.State.QUIET;
    }

    private OptionalLong onset(long step, boolean jump, boolean alarm) {
        if (jump && jumpOnset >= 0) {
            return OptionalLong.of(Math.min(jumpOnset, step));
        }
        return driftOnset >= 0 && (alarm || cusum > limits.drift() / 2)
                ? OptionalLong.of(driftOnset)
                : OptionalLong.empty();
    }

    private void learn(double value) {
        if (pending.isFull()) {
            baseline.add(pending.oldest());
        }
        pending.add(value);
    }

    /** Learns how far the values of the first baseline stray within it. */
    private void learnScores(double[] known, Baseline base) {
        double rho = autocorrelation.upper();
        for (int i = 1; i < known.length; i++) {
            double innovation = known[i] - base.level() - rho * (known[i - 1] - base.level());
            tail.learn((sign * innovation - tolerance) / base.innovation());
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
        cusum = 0;
        lastOut = false;
        previous = 0;
        alarms = 0;
        calm = 0;
        driftOnset = -1;
        jumpOnset = -1;
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
        state.put(
                "state",
                new double[] {
                    cusum, previous, alarms, calm, driftOnset, jumpOnset, age, lastOut ? 1 : 0
                });
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
        cusum = scalars[0];
        previous = scalars[1];
        alarms = (int) scalars[2];
        calm = (int) scalars[3];
        driftOnset = (long) scalars[4];
        jumpOnset = (long) scalars[5];
        age = (int) scalars[6];
        lastOut = scalars[7] != 0;
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
