package dev.rft.core.policy;

import static dev.rft.core.testing.Numbers.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AdvantagesTest {

    private static final List<Advantages> ALL =
            List.of(Advantages.grpo(), Advantages.drGrpo(), Advantages.rloo());

    @Test
    void grpo_ofTwoGroups_dividesByTheUnbiasedDeviation() {
        double[] advantages = Advantages.grpo().of(new double[] {1, 0, 0, 3, 5, 7}, all(6), 3);

        // First group: mean 1/3, squares 4/9 + 1/9 + 1/9, divided by 2. Second: mean 5, deviation
        // 2.
        double deviation = Math.sqrt(1 / 3.0) + 1e-6;
        assertClose(
                advantages,
                new double[] {
                    2 / 3.0 / deviation,
                    -1 / 3.0 / deviation,
                    -1 / 3.0 / deviation,
                    -2 / 2.000001,
                    0,
                    2 / 2.000001
                },
                1e-12);
    }

    @Test
    void drGrpo_ofTwoGroups_subtractsTheMeanAndNothingElse() {
        assertClose(
                Advantages.drGrpo().of(new double[] {1, 0, 0, 3, 5, 7}, all(6), 3),
                new double[] {2 / 3.0, -1 / 3.0, -1 / 3.0, -2, 0, 2},
                1e-12);
    }

    @Test
    void rloo_ofTwoGroups_subtractsTheMeanOfTheOthers() {
        assertClose(
                Advantages.rloo().of(new double[] {1, 0, 0, 3, 5, 7}, all(6), 3),
                new double[] {1, -0.5, -0.5, -3, 0, 3},
                1e-12);
    }

    @Test
    void of_aGroupOfOne_isZero() {
        ALL.forEach(form -> assertThat(form.of(new double[] {5, -3}, all(2), 1)).containsOnly(0));
    }

    @Test
    void of_equalRewards_isExactlyZeroWhateverTheirBinaryForm() {
        // The mean of three times 0.1 is not 0.1 in binary: the rest would be normalized to noise,
        // and Adam would turn noise into whole steps.
        for (double reward : new double[] {0.1, 0.7, 1e-12, 1e9 + 0.1, -0.3}) {
            double[] rewards = new double[7];
            Arrays.fill(rewards, reward);
            ALL.forEach(form -> assertThat(form.of(rewards, all(7), 7)).containsOnly(0));
        }
    }

    @Test
    void of_aMemberThatDoesNotCount_isAsIfItWereAbsent() {
        boolean[] counts = {true, false, true, true};
        for (double hidden : new double[] {0, 100, Double.NaN}) {
            for (Advantages form : ALL) {
                double[] with = form.of(new double[] {1, hidden, 0, 0}, counts, 4);
                double[] without = form.of(new double[] {1, 0, 0}, all(3), 3);
                assertThat(with).containsExactly(without[0], 0, without[1], without[2]);
            }
        }
    }

    @Test
    void of_aGroupOfWhichOneOrNoneCounts_isZero() {
        double[] rewards = {1, 2, 3, 4};
        for (Advantages form : ALL) {
            assertThat(form.of(rewards, new boolean[] {true, false, false, false}, 2))
                    .containsOnly(0);
        }
    }

    @Test
    void of_aRewardThatIsNan_isNanInItsGroupAlone() {
        for (Advantages form : ALL) {
            double[] advantages = form.of(new double[] {Double.NaN, 1, 0, 2}, all(4), 2);
            assertThat(advantages[0]).isNaN();
            assertThat(advantages[1]).isNaN();
            assertThat(advantages[2]).isNegative();
            assertThat(advantages[3]).isPositive();
        }
    }

    @Test
    void of_sizesThatDoNotFit_areRefused() {
        for (Advantages form : ALL) {
            assertRefused(form, 4, 4, 3);
            assertRefused(form, 4, 4, 0);
            assertRefused(form, 4, 3, 2);
        }
    }

    @Property(tries = 100)
    void of_anyRewards_sumsToZeroWithinAGroup(
            @ForAll @Size(value = 12) List<@DoubleRange(min = -10, max = 10) Double> rewards,
            @ForAll @Size(value = 12) List<Boolean> counts) {
        for (Advantages form : ALL) {
            double[] advantages = form.of(doubles(rewards), booleans(counts), 4);
            for (int group = 0; group < 3; group++) {
                double sum = Arrays.stream(advantages, group * 4, group * 4 + 4).sum();
                assertThat(sum).isCloseTo(0, within(1e-8));
            }
            for (int i = 0; i < 12; i++) {
                assertThat(counts.get(i) || advantages[i] == 0).isTrue();
            }
        }
    }

    @Property(tries = 100)
    void of_permutedGroups_arePermutedAdvantages(
            @ForAll @Size(value = 12) List<@DoubleRange(min = -10, max = 10) Double> rewards,
            @ForAll @IntRange(min = 0, max = 2) int first,
            @ForAll @IntRange(min = 1, max = 2) int offset) {
        int second = (first + offset) % 3;
        int[] order = {first, second, 3 - first - second};
        double[] given = doubles(rewards);
        for (Advantages form : ALL) {
            double[] plain = form.of(given, all(12), 4);
            double[] moved = form.of(permuted(given, order), all(12), 4);
            assertThat(moved).containsExactly(permuted(plain, order));
        }
    }

    @Property(tries = 50)
    void grpo_ofScaledAndShiftedRewards_isNearlyTheSame(
            @ForAll @Size(value = 4) List<@IntRange(min = 0, max = 5) Integer> rewards) {
        double[] plain = rewards.stream().mapToDouble(reward -> reward).toArray();
        double[] moved = rewards.stream().mapToDouble(reward -> 3 * reward - 7).toArray();

        assertClose(
                Advantages.grpo().of(moved, all(4), 4),
                Advantages.grpo().of(plain, all(4), 4),
                1e-5);
    }

    private static void assertRefused(Advantages form, int rewards, int counts, int size) {
        assertThatThrownBy(() -> form.of(new double[rewards], new boolean[counts], size))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("were " + size + ", " + rewards + ", " + counts);
    }

    private static double[] permuted(double[] values, int[] order) {
        double[] moved = new double[values.length];
        for (int group = 0; group < order.length; group++) {
            System.arraycopy(values, order[group] * 4, moved, group * 4, 4);
        }
        return moved;
    }

    private static double[] doubles(List<Double> values) {
        return values.stream().mapToDouble(value -> value).toArray();
    }

    private static boolean[] booleans(List<Boolean> values) {
        boolean[] array = new boolean[values.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = values.get(i);
        }
        return array;
    }

    private static boolean[] all(int n) {
        boolean[] counts = new boolean[n];
        Arrays.fill(counts, true);
        return counts;
    }
}
