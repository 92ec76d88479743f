package dev.rft.monitor.stats;

/**
 * What a stream has shown of its lag-1 autocorrelation, over a memory much longer than a baseline:
 * a few dozen values tell little about a signal that itself remembers twenty.
 *
 * <p>Implementation note. Within each window, the residuals around its trend line, cut at three
 * scales; averaged over the windows with a time constant of {@value #MEMORY} values. Residuals
 * around a fitted line look less correlated than they are, by (2 + 4 rho) / n to first order
 * (Kendall, 1954; Marriott and Pope, 1954, for a line), which is undone; {@value #ERRORS} standard
 * errors are added. Whitening too little costs false alarms, whitening too much only delay.
 */
final class Autocorrelation {

    /** Whitening by more than this sees no lasting shift any more. */
    private static final double LARGEST = 0.98;

    private static final double ERRORS = 2;
    private static final double LONG = 0.6;
    private static final double STEEP = 0.4;
    private static final int MEMORY = 256;
    private static final double CUT = 3;

    private final double largest;
    private double average;
    private double count;
    private double bound;

    /** Begins with nothing learned. */
    Autocorrelation() {
        this(LARGEST);
    }

    private Autocorrelation(double largest) {
        this.largest = largest;
    }

    /** Returns that of values which are known not to depend on one another. */
    static Autocorrelation none() {
        return new Autocorrelation(0);
    }

    /**
     * Learns from the residuals of a window around its line.
     *
     * @param residuals the residuals, in order
     * @param scale their scale
     * @param news how many of them no earlier window had
     */
    void learn(double[] residuals, double scale, int news) {
        double products = 0;
        double squares = 0;
        double before = 0;
        for (double residual : residuals) {
            double now = Robust.clamp(residual / scale, CUT);
            products += now * before;
            squares += now * now;
            before = now;
        }
        int n = residuals.length;
        double raw = squares > 0 ? products / squares : 0;
        double corrected = Math.max(-0.5, Math.min(1, (raw + 2.0 / n) / (1 - 4.0 / n)));
        count = Math.min(MEMORY, count + news);
        average += (corrected - average) * news / count;
        double error = Math.sqrt(Math.max(0, 1 - average * average) / count) / (1 - 4.0 / n);
        double upper = average + ERRORS * error;
        bound = Math.max(0, Math.min(largest, upper + STEEP * Math.max(0, upper - LONG)));
    }

    /** Returns the upper bound, in [0, {@value #LARGEST}]. */
    double upper() {
        return bound;
    }

    void clear() {
        average = 0;
        count = 0;
        bound = 0;
    }

    double[] save() {
        return new double[] {average, count, bound};
    }

    void restore(double[] saved) {
        average = saved[0];
        count = saved[1];
        bound = saved[2];
    }
}
