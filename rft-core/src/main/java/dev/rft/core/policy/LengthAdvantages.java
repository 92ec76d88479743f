package dev.rft.core.policy;

import dev.rft.core.policy.TokenAdvantages.FilterRank;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Advantages that look at tokens and lengths. */
final class LengthAdvantages {

    private LengthAdvantages() {}

    /** {@code G_t = r_t + gamma G_{t+1}} over response tokens. */
    static double[][] discounted(Episodes episodes, double gamma) {
        boolean[][] mask = episodes.mask();
        double[][] returns = new double[mask.length][];
        for (int row = 0; row < mask.length; row++) {
            returns[row] = new double[mask[row].length];
            double next = 0;
            for (int t = mask[row].length - 1; t >= 0; t--) {
                if (mask[row][t]) {
                    next = episodes.rewards()[row][t] + gamma * next;
                    returns[row][t] = next;
                }
            }
        }
        return returns;
    }

    static double[][] opo(Episodes episodes) {
        double[] rewards = episodes.totals();
        int[] lengths = episodes.lengths();
        int size = episodes.groupSize();
        // Dr.GRPO's are exactly 0 where nothing can be learnt, and these must be too.
        double[] centred = Advantages.drGrpo().of(rewards, episodes.counts(), size);
        double[] advantages = new double[rewards.length];
        for (int start = 0; start < rewards.length; start += size) {
            double weighted = 0;
            double tokens = 0;
            boolean differ = false;
            for (int i = start; i < start + size; i++) {
                weighted += lengths[i] * rewards[i];
                tokens += lengths[i];
                differ |= centred[i] != 0;
            }
            for (int i = start; differ && i < start + size; i++) {
                advantages[i] = lengths[i] > 0 ? rewards[i] - weighted / tokens : 0;
            }
        }
        return Tokens.spread(advantages, episodes.mask());
    }

    /** Returns which rows are among the best of their group; a row without a token never is. */
    static boolean[] best(Episodes episodes, int keep, FilterRank rank) {
        double[] rewards = episodes.totals();
        int[] lengths = episodes.lengths();
        Comparator<Integer> order =
                rank == FilterRank.SHORTEST
                        ? Comparator.comparingInt(row -> lengths[row])
                        : Comparator.comparingDouble(row -> -rewards[row] / lengths[row]);
        boolean[] kept = new boolean[rewards.length];
        for (int start = 0; start < kept.length; start += episodes.groupSize()) {
            IntStream.range(start, start + episodes.groupSize())
                    .filter(row -> lengths[row] > 0)
                    .boxed()
                    .sorted(order)
                    .limit(keep)
                    .forEach(row -> kept[row] = true);
        }
        return kept;
    }
}
