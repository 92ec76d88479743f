package dev.rft.monitor.stats;

import java.util.Map;

/**
 * The test of a chart for values far out: of one alone, or of two in a row.
 *
 * <p>Implementation note. A value alone must be beyond the quantile of its rate, each of two beyond
 * that of the rate's square root, both by Student's t and by the run's own tail. Two in a row say
 * so much only where they are two: noise with a memory gives a part of each jump to the next value.
 * A jump up to {@value #CARRIED} deviations is whitened away as a whole, a larger one as far as the
 * run's own tail makes it plausible, because a step that is taken for such a jump would be hidden
 * by it. What is withheld of it is the echo, which the second of two values must exceed as well.
 */
final class Jumps {

    private static final double CARRIED = 6;

    private final Limits limits;
    private final Tail tail;
    private boolean lastOut;
    private double echo;
    private long onset = -1;
    private double limit;

    /**
     * Begins with nothing seen.
     *
     * @param limits the thresholds
     * @param tail the run's own tail; belongs to the chart
     */
    Jumps(Limits limits, Tail tail) {
        this.limits = limits;
        this.tail = tail;
        this.limit = limits.spike();
    }

    /**
     * Judges a value.
     *
     * @param z its deviation
     * @param unit one deviation, positive
     * @param step the step number, for the onset only
     * @return whether it is a jump
     */
    boolean judge(double z, double unit, long step) {
        boolean out = z > limits.pair() && z > tail.quantile(limits.pairRate());
        boolean alone = out && z > limits.spike() && z > tail.quantile(limits.rate());
        boolean second = out && lastOut && z > echo / unit;
        if (alone) {
            limit = Math.max(limits.spike(), tail.quantile(limits.rate()));
        } else if (second) {
            double pair = Math.max(limits.pair(), tail.quantile(limits.pairRate()));
            limit = Math.max(pair, echo / unit);
        } else {
            limit = limits.spike();
        }
        onset = !out ? -1 : onset < 0 ? step : Math.min(onset, step);
        lastOut = out;
        return alone || second;
    }

    /** Returns the deviation that the value just judged was held against. */
    double limit() {
        return limit;
    }

    /** Returns the first step of the unbroken run of jumps; negative when there is none. */
    long onset() {
        return onset;
    }

    /** Returns how much of a jump, in deviations, the next value is taken to begin with. */
    double passedOn(double jump) {
        return Math.abs(jump) <= CARRIED
                ? jump
                : Robust.clamp(jump, Math.max(CARRIED, tail.shownQuantile(limits.rate())));
    }

    /** Remembers how much more the next value would begin with were it all passed on. */
    void withhold(double rest) {
        echo = rest;
    }

    void clear() {
        lastOut = false;
        echo = 0;
        onset = -1;
        limit = limits.spike();
    }

    /** Puts what was seen among the numbers of a chart. */
    void save(Map<String, double[]> state) {
        state.put("jump", new double[] {lastOut ? 1 : 0, echo, onset});
    }

    void restore(Map<String, double[]> state) {
        double[] saved = ChangeChart.entry(state, "jump", 3);
        lastOut = saved[0] != 0;
        echo = saved[1];
        onset = (long) saved[2];
    }
}
