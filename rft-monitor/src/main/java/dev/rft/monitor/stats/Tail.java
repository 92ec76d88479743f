package dev.rft.monitor.stats;

import java.util.Arrays;

/**
 * How far a run's own healthy values stray in the adverse direction, in robust deviations.
 *
 * <p>Implementation note. Thresholds of a fixed shape are right for noise of that shape only: of
 * log-normal noise a tenth may lie beyond three robust deviations, of normal noise one in 740. Two
 * things are learned. The tail beyond {@value #FAR} is taken for a power law, whose index is the
 * mean logarithm of the excess (Hill, 1975) and whose quantiles are extrapolated from the share
 * beyond (Weissman, 1978). And the mean of exp(z), z cut: its logarithm is the reference value k
 * with which exp(z - k) has mean 1, so that a CUSUM of z - k is an e-process and reaches the height
 * h with a probability of at most exp(-h) per value, whatever the shape (Shin, Ramdas and Rinaldo,
 * 2022); for normal noise k is 0.5.
 *
 * <p>What was not seen yet may be the next value: one is counted as far out, and a tenth of one as
 * at the cut. Deviations count after {@value ChangeChart#GAP} more, so that a change is not learned
 * before it is seen, and are forgotten with a time constant of {@value #MEMORY}.
 */
final class Tail {

    private static final double FAR = 3;

    /** Of a deviation beyond this it is enough to know that it is. */
    private static final double LARGEST = 1000;

    private static final double MEMORY = 512;

    /** So many normal deviations are known in the beginning. */
    private static final double PRIOR = 16;

    private static final double NORMAL = Math.exp(0.5);
    private static final double CAUTION = 0.1;

    /** Weight and index of the power law before anything is far out. */
    private static final double PRIOR_FAR = 0.1;

    private static final double PRIOR_INDEX = 0.15;
    private static final int SCALARS = 5;

    private final Window pending = new Window(ChangeChart.GAP);
    private final double largestScore;
    private double count;
    private double far;
    private double excess;
    private double exponentials;
    private double reference;

    /**
     * Begins with nothing learned.
     *
     * @param largestScore the CUSUM cuts z - k here
     */
    Tail(double largestScore) {
        this.largestScore = largestScore;
        clear();
    }

    /** Learns a deviation once others have followed it. */
    void learnLater(double z) {
        if (pending.isFull()) {
            learn(pending.oldest());
        }
        pending.add(Robust.clamp(z, LARGEST));
    }

    /** Learns a deviation. */
    void learn(double z) {
        if (count >= MEMORY) {
            double kept = 1 - 1 / MEMORY;
            count *= kept;
            far *= kept;
            excess *= kept;
            exponentials *= kept;
        }
        count++;
        exponentials += Math.exp(Math.min(z, cut()));
        if (z > FAR) {
            far++;
            excess += Math.log(Math.min(z, LARGEST) / FAR);
        }
    }

    private double cut() {
        return largestScore + reference;
    }

    /** Takes what was learned since into the reference value. */
    void refresh() {
        double known = PRIOR * NORMAL + exponentials;
        // Of a high alarm the cut is so far out that one unseen value would outweigh all seen ones.
        double unseen = Math.min(CAUTION * Math.exp(cut()), 2 * known);
        reference = Math.log((known + unseen) / (PRIOR + count));
    }

    /** Returns the reference value of the CUSUM. */
    double reference() {
        return reference;
    }

    /** Returns the deviation that is exceeded with a small probability. */
    double quantile(double probability) {
        return quantile(probability, 1);
    }

    /** Returns the same by what was seen alone: nothing is far out until something was. */
    double shownQuantile(double probability) {
        return quantile(probability, 0);
    }

    private double quantile(double probability, int unseen) {
        double share = (unseen + far) / (PRIOR + count);
        double index = (PRIOR_FAR * PRIOR_INDEX + excess) / (PRIOR_FAR + far);
        return FAR * Math.pow(Math.max(1, share / probability), index);
    }

    void clear() {
        pending.clear();
        count = 0;
        far = 0;
        excess = 0;
        exponentials = 0;
        reference = 0.5;
    }

    double[] save() {
        double[] scores = pending.toArray();
        double[] saved = Arrays.copyOf(scalars(), SCALARS + scores.length);
        System.arraycopy(scores, 0, saved, SCALARS, scores.length);
        return saved;
    }

    private double[] scalars() {
        return new double[] {count, far, excess, exponentials, reference};
    }

    void restore(double[] saved) {
        if (saved.length < SCALARS) {
            throw new IllegalArgumentException(
                    "tail: must have at least " + SCALARS + " numbers, had " + saved.length);
        }
        pending.set(Arrays.copyOfRange(saved, SCALARS, saved.length));
        count = saved[0];
        far = saved[1];
        excess = saved[2];
        exponentials = saved[3];
        reference = saved[4];
    }
}
