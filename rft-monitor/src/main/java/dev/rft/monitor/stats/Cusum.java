package dev.rft.monitor.stats;

import java.util.Map;

/**
 * The one-sided cumulative sum of a chart, and what it is the sum of, in the signal's own scale.
 *
 * <p>Implementation note. S = max(0, S + min(z - k, c h)), held at the alarm height h. A deviation
 * z is how far a value x lies beyond what was expected of it, over a unit u, so that z - k = (x -
 * a) / u up to the sign, where a is the value that moves nothing. While S is above 0 it is at most
 * the sum of (x - a) / u since the onset: the cut and the height only lower it. Divided by the sum
 * W of 1 / u this says that the mean of x, weighted by 1 / u, lies beyond that of a by at least S /
 * W. So an alarm has a mean since its onset and a limit of that mean, and the one is beyond the
 * other, where the last value alone may be none of the strays.
 */
final class Cusum {

    private final int sign;
    private final double height;
    private final double largestScore;
    private double sum;
    private long onset = -1;
    private double weights;
    private double mean;
    private double neutral;
    private double expected;

    /**
     * Begins with nothing summed.
     *
     * @param sign +1 when a rise is adverse, -1 when a fall is
     * @param height that is an alarm
     * @param shareOfOne at most this share of the height is added by one value
     */
    Cusum(int sign, double height, double shareOfOne) {
        this.sign = sign;
        this.height = height;
        this.largestScore = shareOfOne * height;
    }

    /**
     * Adds a value.
     *
     * @param score how far it lies beyond the value that moves nothing, in units
     * @param value the value
     * @param usual what was expected of it
     * @param still the value that moves nothing
     * @param unit one deviation, positive
     * @param step the step number, for the onset only
     */
    void add(double score, double value, double usual, double still, double unit, long step) {
        double before = sum;
        sum = Math.min(height, Math.max(0, before + Math.min(score, largestScore)));
        if (sum == 0) {
            clear();
            return;
        }
        if (before == 0 || onset > step) {
            onset = step;
        }
        weights += 1 / unit;
        double share = 1 / unit / weights;
        mean += share * (value - mean);
        neutral += share * (still - neutral);
        expected += share * (usual - expected);
    }

    /** Returns whether it stands at the alarm height. */
    boolean alarms() {
        return sum >= height;
    }

    /** Returns whether it stands above half of that. */
    boolean suspects() {
        return sum > height / 2;
    }

    /** Returns the first step that is summed; negative when none is. */
    long onset() {
        return onset;
    }

    /** Returns the weighted mean of the values since the onset; only asked of a suspect. */
    double mean() {
        return mean;
    }

    /**
     * Returns what was expected of them, weighted alike: on a path that moves it is not today's.
     */
    double expected() {
        return expected;
    }

    /** Returns the most adverse mean that would be no alarm, or else no suspect. */
    double limit() {
        return neutral + sign * (alarms() ? height : height / 2) / weights;
    }

    void clear() {
        sum = 0;
        onset = -1;
        weights = 0;
        mean = 0;
        neutral = 0;
        expected = 0;
    }

    /** Puts what was summed among the numbers of a chart. */
    void save(Map<String, double[]> state) {
        state.put("drift", new double[] {sum, onset, weights, mean, neutral, expected});
    }

    void restore(Map<String, double[]> state) {
        double[] saved = ChangeChart.entry(state, "drift", 6);
        sum = saved[0];
        onset = (long) saved[1];
        weights = saved[2];
        mean = saved[3];
        neutral = saved[4];
        expected = saved[5];
    }
}
