package dev.rft.monitor.stats;

import java.util.Arrays;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * A self-starting control chart for a share of counted samples, such as the share of empty
 * responses: finds a rise by more than a tolerance.
 *
 * <p>Implementation note. A step shows k of n. Under the healthy hypothesis k is beta-binomial: its
 * mean is the share of the remembered past plus the tolerance, its concentration is how many
 * samples are remembered, at most {@value #CONCENTRATION}, so that both the error of the estimate
 * and a variation from batch to batch beyond the binomial one are in it. Against it stand three
 * alternatives, a small, a middling and a large rise. The chart is the largest of the three sums S
 * = max(0, S) + log of the likelihood ratio, an alarm at log(3 / rate): a likelihood ratio has mean
 * 1 under the hypothesis, so that the mean time to a false alarm is at least 1 / rate whatever the
 * share is, without any table (Lorden, 1971; Shin, Ramdas and Rinaldo, 2022). This is what makes a
 * single number such as "3 of 60, after 0 of 900" judgeable, for which a standard deviation does
 * not exist.
 *
 * <p>A share that wanders slowly is tolerated as far as the run has shown that it does: the mean
 * square of that enters the error of the estimate. What sampling explains is no wandering.
 *
 * <p>The past forgets: a step counts half after some 50 more. The last {@value #GAP} steps are kept
 * out of it. A step that is suspect enters with at most the tolerated share. After {@value
 * ChangeChart#PATIENCE} alarms in one episode the chart learns anew.
 */
public final class ShareChart {

    /** Of a difference by this many logits it is enough to know that it is: a fall is no wander. */
    private static final double LARGEST_WANDER = 0.5;

    private static final int GAP = ChangeChart.GAP;
    private static final int CONCENTRATION = 400;
    private static final double KEPT = 1 - 1.0 / 72;
    private static final double[] RISES = {0.03, 0.12, 0.5};
    private static final double LARGEST_SHARE = 0.98;

    /** One odd batch moves a sum by at most this share of the height: two alarm, one never does. */
    private static final double SHARE_OF_ONE = 0.55;

    private static final double ERRORS = 3;
    private static final double FEWEST = 64;
    private static final int MEMORY = 256;

    /** So many differences of nothing are known in the beginning. */
    private static final int PRIOR = 16;

    private static final int SCALARS = 8;

    private final double tolerance;
    private final double height;
    private final Window pendingHits = new Window(GAP);
    private final Window pendingCounts = new Window(GAP);
    private final double[] sums = new double[RISES.length];
    private final long[] onsets = new long[RISES.length];
    private double differences;
    private double wander;
    private int wanderings;
    private double hits;
    private double count;
    private int steps;
    private int alarms;
    private int calm;

    /**
     * Makes a chart that has seen nothing.
     *
     * @param tolerance a rise by this much is no alarm; in [0, 0.5]
     * @param falseAlarmsPerStep how many false alarms per value it may give, in (0, 0.1]
     */
    public ShareChart(double tolerance, double falseAlarmsPerStep) {
        if (!(tolerance >= 0 && tolerance <= 0.5)) {
            throw new IllegalArgumentException("tolerance: must be in [0, 0.5], was " + tolerance);
        }
        this.tolerance = tolerance;
        this.height = Math.log(RISES.length / Limits.checkedRate(falseAlarmsPerStep));
    }

    /**
     * Judges a share and learns from it.
     *
     * @param share the share, in [0, 1]
     * @param samples how many samples it is the mean of, at least 1
     * @param step the step number, for the onset only
     * @return the judgement; its shift is in deviations of the share's sampling noise
     */
    public Reading read(double share, int samples, long step) {
        if (!(share >= 0 && share <= 1) || samples < 1) {
            throw new IllegalArgumentException(
                    "share: must be in [0, 1] of at least 1 sample, was "
                            + share
                            + " of "
                            + samples);
        }
        if (steps < ChangeChart.WARM_UP || count < FEWEST) {
            steps++;
            remember(share * samples, samples);
            return Reading.learning();
        }
        double past = (hits + 0.5) / (count + 1);
        double variance = past * (1 - past) + 0.25 / count;
        double error = Math.sqrt(variance / count + wander * variance * variance);
        // Where nearly all is usual, all is: the limit is never below what is expected.
        double most = past < LARGEST_SHARE ? LARGEST_SHARE : (1 + past) / 2;
        double tolerated = Math.min(most, past + tolerance + ERRORS * error);
        double largest = accumulate(share * samples, samples, tolerated, step);
        boolean alarm = largest >= height;
        double noise = Math.sqrt((past * (1 - past) + 0.25 / samples) / samples);
        Reading.State state =
                alarm
                        ? Reading.State.ALARM
                        : largest > height / 2 ? Reading.State.SUSPECT : Reading.State.QUIET;
        Reading reading =
                new Reading(
                        state,
                        (share - past) / noise,
                        past,
                        tolerated,
                        OptionalDouble.empty(),
                        state == Reading.State.QUIET ? OptionalLong.empty() : onset(step));
        double learned = largest > height / 4 ? Math.min(share, tolerated) : share;
        learn(learned * samples, samples);
        if (largest <= 0) {
            learnWander(past, variance);
        }
        settle(alarm, share * samples, samples);
        return reading;
    }

    private double accumulate(double k, int n, double tolerated, long step) {
        if (k <= tolerated * n && atRest()) {
            // All ratios are below 1 then; this is what nearly every step is like.
            return 0;
        }
        double concentration = Math.min(CONCENTRATION, count);
        double healthy = logLikelihood(k, n, tolerated, concentration);
        double largest = 0;
        for (int i = 0; i < RISES.length; i++) {
            double risen = tolerated + RISES[i] * (1 - tolerated);
            double ratio = logLikelihood(k, n, risen, concentration) - healthy;
            if (sums[i] <= 0 || onsets[i] < 0 || onsets[i] > step) {
                onsets[i] = step;
            }
            // Held at the height, so that the first steps that are normal again end the alarm.
            double score = Math.min(ratio, SHARE_OF_ONE * height);
            sums[i] = Math.min(height, Math.max(0, sums[i] + score));
            largest = Math.max(largest, sums[i]);
        }
        return largest;
    }

    private boolean atRest() {
        for (double sum : sums) {
            if (sum != 0) {
                return false;
            }
        }
        return true;
    }

    /** Of the chart that is highest; of equally high ones the one that began last. */
    private OptionalLong onset(long step) {
        int best = 0;
        for (int i = 1; i < sums.length; i++) {
            boolean later = sums[i] == sums[best] && onsets[i] > onsets[best];
            best = sums[i] > sums[best] || later ? i : best;
        }
        return OptionalLong.of(Math.min(step, onsets[best]));
    }

    /** Logarithm of the beta-binomial probability, but for the binomial coefficient. */
    private static double logLikelihood(double k, int n, double mean, double concentration) {
        double a = mean * concentration;
        double b = (1 - mean) * concentration;
        return LogGamma.of(k + a) + LogGamma.of(n - k + b) - LogGamma.of(a) - LogGamma.of(b);
    }

    private void learn(double k, double n) {
        if (pendingHits.isFull()) {
            remember(pendingHits.oldest(), pendingCounts.oldest());
        }
        pendingHits.add(k);
        pendingCounts.add(n);
    }

    /**
     * Learns the mean square by which the last steps' share differs from the past's, beyond what
     * sampling explains within two standard errors. {@value #GAP} steps make one difference. Only
     * called while nothing is suspected, or a fault would make itself tolerable. In logits, of
     * which a difference of shares is one over p (1 - p), and cut: a share that falls because the
     * policy learns would make any later rise tolerable otherwise.
     */
    private void learnWander(double past, double variance) {
        double n = pendingCounts.sum();
        double difference =
                Math.min(LARGEST_WANDER, Math.abs(pendingHits.sum() / n - past) / variance);
        double sampling = (1 / n + 1 / count) / variance;
        wanderings = Math.min(MEMORY, wanderings + 1);
        differences += (difference * difference - sampling - differences) / (wanderings + PRIOR);
        double chance = Math.sqrt(2 * GAP / (double) wanderings) * sampling;
        wander = Math.max(0, differences - 2 * chance);
    }

    private void remember(double k, double n) {
        hits = KEPT * hits + k;
        count = KEPT * count + n;
    }

    private void settle(boolean alarm, double k, double n) {
        if (alarm) {
            alarms++;
            calm = 0;
        } else if (alarms > 0 && ++calm >= GAP) {
            alarms = 0;
            calm = 0;
        }
        if (alarms >= ChangeChart.PATIENCE) {
            clear();
            steps = 1;
            remember(k, n);
        }
    }

    private void clear() {
        pendingHits.clear();
        pendingCounts.clear();
        Arrays.fill(sums, 0);
        Arrays.fill(onsets, -1);
        differences = 0;
        wander = 0;
        wanderings = 0;
        hits = 0;
        count = 0;
        steps = 0;
        alarms = 0;
        calm = 0;
    }

    /** Returns what was learned, as numbers by name. */
    public Map<String, double[]> save() {
        Map<String, double[]> state = new TreeMap<>();
        state.put("pending", pendingHits.toArray());
        state.put("counts", pendingCounts.toArray());
        state.put(
                "state",
                new double[] {hits, count, steps, alarms, calm, differences, wander, wanderings});
        state.put("sums", sums.clone());
        state.put("onsets", Arrays.stream(onsets).asDoubleStream().toArray());
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
        double[] scalars = ChangeChart.entry(state, "state", SCALARS);
        pendingHits.set(ChangeChart.entry(state, "pending", -1));
        pendingCounts.set(ChangeChart.entry(state, "counts", -1));
        hits = scalars[0];
        count = scalars[1];
        steps = (int) scalars[2];
        alarms = (int) scalars[3];
        calm = (int) scalars[4];
        differences = scalars[5];
        wander = scalars[6];
        wanderings = (int) scalars[7];
        double[] savedSums = ChangeChart.entry(state, "sums", RISES.length);
        double[] savedOnsets = ChangeChart.entry(state, "onsets", RISES.length);
        for (int i = 0; i < RISES.length; i++) {
            sums[i] = savedSums[i];
            onsets[i] = (long) savedOnsets[i];
        }
    }
}
