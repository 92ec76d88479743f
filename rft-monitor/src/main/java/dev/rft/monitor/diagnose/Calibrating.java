package dev.rft.monitor.diagnose;

import java.util.List;

/**
 * How probable answers are, fitted on failures whose cause is known.
 *
 * <p>Implementation note. A temperature (Guo et al., 2017) and the share of failures that the known
 * causes explain, together the most probable ones on a grid. Their prior is what the fingerprints
 * had, worth {@value #PRIOR_FAILURES} failures: some runs are no guarantee for others.
 *
 * @param temperature what scores are divided by
 * @param carries how probable it is that a known cause fits
 * @param logLikelihood mean log-probability of the true causes
 * @param right how many true causes come first
 */
record Calibrating(double temperature, double carries, double logLikelihood, int right) {

    private static final double PRIOR_FAILURES = 20;
    private static final double PRIOR_LOG_TEMPERATURE = 0.5;
    private static final int COLDEST = -20;
    private static final int HOTTEST = 20;
    private static final double LEAST_CARRIED = 0.5;
    private static final double STEP = 0.01;

    /**
     * Fits.
     *
     * @param base the fingerprints whose numbers are the prior
     * @param examples the failures
     * @param scores the scores of each: one per fingerprint, then that of UNKNOWN
     */
    static Calibrating of(Fingerprints base, List<Example> examples, List<double[]> scores) {
        int[] truths = new int[examples.size()];
        int right = 0;
        for (int i = 0; i < truths.length; i++) {
            truths[i] = index(base, examples.get(i).cause());
            right += first(scores.get(i)) == truths[i] ? 1 : 0;
        }
        double best = Double.NEGATIVE_INFINITY;
        double temperature = base.temperature();
        double carries = base.carries();
        for (int t = COLDEST; t <= HOTTEST; t++) {
            double tried = Math.exp(t / 10.0);
            for (double share = LEAST_CARRIED; share < 1 - STEP / 2; share += STEP) {
                double value =
                        examples.size() * meanLog(scores, truths, tried, share)
                                + prior(base, tried, share);
                if (value > best) {
                    best = value;
                    temperature = tried;
                    carries = share;
                }
            }
        }
        return new Calibrating(
                Math.rint(temperature * 100) / 100,
                Math.rint(carries * 100) / 100,
                meanLog(scores, truths, temperature, carries),
                right);
    }

    private static double prior(Fingerprints base, double temperature, double carries) {
        double hotter = Math.log(temperature / base.temperature()) / PRIOR_LOG_TEMPERATURE;
        return PRIOR_FAILURES * base.carries() * Math.log(carries)
                + PRIOR_FAILURES * (1 - base.carries()) * Math.log(1 - carries)
                - hotter * hotter / 2;
    }

    private static double meanLog(
            List<double[]> scores, int[] truths, double temperature, double carries) {
        double sum = 0;
        for (int i = 0; i < truths.length; i++) {
            double probability = softmax(scores.get(i), temperature)[truths[i]];
            sum += Math.log(Math.max(1e-12, carries * probability));
        }
        return sum / truths.length;
    }

    private static int index(Fingerprints base, Cause cause) {
        for (int i = 0; i < base.causes().size(); i++) {
            if (base.causes().get(i).cause() == cause) {
                return i;
            }
        }
        throw new IllegalArgumentException("cause: must have a fingerprint, was " + cause);
    }

    private static int first(double[] scores) {
        int first = 0;
        for (int i = 1; i < scores.length; i++) {
            first = scores[i] > scores[first] ? i : first;
        }
        return first;
    }

    static double[] softmax(double[] scores, double temperature) {
        double largest = scores[first(scores)];
        double[] result = new double[scores.length];
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            result[i] = Math.exp((scores[i] - largest) / temperature);
            sum += result[i];
        }
        for (int i = 0; i < scores.length; i++) {
            result[i] /= sum;
        }
        return result;
    }
}
