package dev.rft.core.policy;

/**
 * How often an objective's bounds bind, and how far the policy is from the one that the update
 * started from. In double precision on the host.
 *
 * @param low share of response tokens at whose ratio the lower bound binds
 * @param high share of response tokens at whose ratio the upper bound binds
 * @param dual share of response tokens at whose ratio the dual bound binds
 * @param kl mean of {@code l_old - l}, the k1 estimate of KL(old || new)
 */
public record ClipMetrics(double low, double high, double dual, double kl) {

    /**
     * Measures. All arrays are {@code [batch][tokens]}.
     *
     * @param objective whose bounds
     * @param logProb under the policy being trained
     * @param oldLogProb under the policy that the update started from
     * @param advantage the advantages
     * @param mask true on response tokens, at least one of them
     * @return the shares
     */
    public static ClipMetrics of(
            PolicyObjective objective,
            double[][] logProb,
            double[][] oldLogProb,
            double[][] advantage,
            boolean[][] mask) {
        ClipRange range = objective.clip();
        int n = 0;
        int low = 0;
        int high = 0;
        int dual = 0;
        double kl = 0;
        for (int row = 0; row < mask.length; row++) {
            double shared = meanDifference(logProb[row], oldLogProb[row], mask[row]);
            for (int t = 0; t < mask[row].length; t++) {
                if (mask[row][t]) {
                    n++;
                    double difference = logProb[row][t] - oldLogProb[row][t];
                    double ratio =
                            Math.exp(objective.level() == RatioLevel.TOKEN ? difference : shared);
                    double a = advantage[row][t];
                    kl -= difference;
                    low += ratio < 1 - range.low() && (a < 0 || range.eitherSign()) ? 1 : 0;
                    high += ratio > 1 + range.high() && (a > 0 || range.eitherSign()) ? 1 : 0;
                    dual += ratio > range.dual() && a < 0 ? 1 : 0;
                }
            }
        }
        if (n == 0) {
            throw new IllegalArgumentException(
                    "mask: must have at least one response token, had none in "
                            + mask.length
                            + " rows");
        }
        return new ClipMetrics((double) low / n, (double) high / n, (double) dual / n, kl / n);
    }

    private static double meanDifference(double[] logProb, double[] oldLogProb, boolean[] mask) {
        double sum = 0;
        int n = 0;
        for (int t = 0; t < mask.length; t++) {
            if (mask[t]) {
                sum += logProb[t] - oldLogProb[t];
                n++;
            }
        }
        return n == 0 ? 0 : sum / n;
    }
}
