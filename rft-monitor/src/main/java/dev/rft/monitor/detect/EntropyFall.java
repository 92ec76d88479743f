package dev.rft.monitor.detect;

import dev.rft.api.signal.Observation;
import dev.rft.api.signal.Signals;
import dev.rft.monitor.Evidence;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * The policy becomes sure of its answers faster than it becomes right.
 *
 * <p>Implementation note. Entropy falls in every healthy run, and a chart that grants it a trend
 * learns a steady fall as one. Two things are known without a chart. Who fails half as often may be
 * unsure half as often: of the fall of the logarithm of the entropy over {@value #LAG} values, that
 * of the failures' share is explained, where a failure is what the reward lacks of the highest one
 * seen. What is left is a fall that no reward pays for. The rule is broken where it is beyond a
 * factor of 3, twice the largest that the run has shown, and five times the root of the mean square
 * of those: an entropy that wanders is judged by how it does. Both ends of the fall are medians of
 * {@value #WIDTH}, and what was shown ends {@value #LAG} values ago, of which there are as many
 * before the first judgement.
 */
final class EntropyFall extends Rule {

    private static final int LAG = 24;
    private static final int WIDTH = 8;
    private static final int LENGTH = LAG + WIDTH;
    private static final double FACTOR = Math.log(3);
    private static final double AS_SHOWN = 2;
    private static final double DEVIATIONS = 5;
    private static final int BEGINNING = LENGTH + 2 * LAG;

    /** So many falls are remembered in the mean of their squares. */
    private static final double MEMORY = 512;

    /** An entropy of 0 has no logarithm. */
    private static final double LEAST = 1e-6;

    private static final int COUNT = 0;
    private static final int HIGHEST = 1;
    private static final int LOWEST = 2;
    private static final int SHOWN = 3;
    private static final int FALLS_SHOWN = 4;
    private static final int SQUARE = 5;
    private static final int ENTROPIES = 6;
    private static final int REWARDS = ENTROPIES + LENGTH;
    private static final int STEPS = REWARDS + LENGTH;
    private static final int FALLS = STEPS + LENGTH;

    EntropyFall() {
        super(FALLS + LAG);
    }

    @Override
    Optional<Evidence> broken(Observation observation, DoubleSupplier extreme) {
        double entropy = observation.value(Signals.ENTROPY).orElse(Double.NaN);
        double reward = observation.value(Signals.REWARD_MEAN).orElse(Double.NaN);
        double highest = observation.value(Signals.REWARD_MAX).orElse(Double.NaN);
        if (!(entropy >= 0
                && Double.isFinite(entropy)
                && Double.isFinite(reward)
                && Double.isFinite(highest))) {
            return Optional.empty();
        }
        boolean first = memory[COUNT] == 0;
        memory[HIGHEST] = first ? highest : Math.max(memory[HIGHEST], highest);
        memory[LOWEST] = first ? reward : Math.min(memory[LOWEST], reward);
        append(ENTROPIES, LENGTH, Math.log(Math.max(entropy, LEAST)));
        append(REWARDS, LENGTH, reward);
        append(STEPS, LENGTH, (double) observation.key().step());
        memory[COUNT] = Math.min(BEGINNING, memory[COUNT] + 1);
        if (memory[COUNT] < LENGTH) {
            return Optional.empty();
        }
        double before = median(ENTROPIES);
        double now = median(ENTROPIES + LAG);
        double explained =
                Failures.fewer(memory[HIGHEST], memory[LOWEST], mean(REWARDS), mean(REWARDS + LAG));
        double fall = before - now - explained;
        if (memory[COUNT] >= LENGTH + LAG) {
            show(memory[FALLS]);
        }
        append(FALLS, LAG, fall);
        double shown = Math.max(AS_SHOWN * memory[SHOWN], DEVIATIONS * Math.sqrt(memory[SQUARE]));
        double most = Math.max(FACTOR, shown);
        if (!(memory[COUNT] == BEGINNING && fall > most)) {
            return Optional.empty();
        }
        String expected =
                String.format(
                        Locale.ROOT,
                        "at least %.4g, by entropy and reward %d values before",
                        Math.exp(before - explained - most),
                        LAG);
        return Optional.of(
                Evidence.of(Signals.ENTROPY, Math.exp(now), expected)
                        .since(Math.min((long) memory[STEPS + WIDTH], observation.key().step())));
    }

    /** Learns a fall that was long ago. */
    private void show(double fall) {
        memory[SHOWN] = Math.max(memory[SHOWN], fall);
        memory[FALLS_SHOWN] = Math.min(MEMORY, memory[FALLS_SHOWN] + 1);
        memory[SQUARE] += (fall * fall - memory[SQUARE]) / memory[FALLS_SHOWN];
    }

    private void append(int from, int length, double value) {
        System.arraycopy(memory, from + 1, memory, from, length - 1);
        memory[from + length - 1] = value;
    }

    private double mean(int from) {
        return Arrays.stream(memory, from, from + WIDTH).sum() / WIDTH;
    }

    private double median(int from) {
        double[] sorted = Arrays.copyOfRange(memory, from, from + WIDTH);
        Arrays.sort(sorted);
        return (sorted[WIDTH / 2 - 1] + sorted[WIDTH / 2]) / 2;
    }
}
