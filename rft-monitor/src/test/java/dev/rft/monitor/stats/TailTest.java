package dev.rft.monitor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class TailTest {

    @Test
    void quantile_nothingFarOut_isThatOfThePrior() {
        Tail tail = new Tail(1);
        for (int i = 0; i < 84; i++) {
            tail.learn(0);
        }
        // One in 16 + 84 is taken for far out; the index is 0.15: 3 * 100^0.15 and 3.
        assertThat(tail.quantile(1e-4)).isCloseTo(5.98579, within(1e-5));
        assertThat(tail.quantile(0.01)).isEqualTo(3);
        assertThat(tail.quantile(0.5)).isEqualTo(3);
    }

    @Test
    void quantile_manyFarOut_isExtrapolatedByTheirMeanExcess() {
        Tail tail = new Tail(1);
        for (int i = 0; i < 84; i++) {
            tail.learn(i < 10 ? 3 * Math.E : 0);
        }
        // A share of 11 in 100, an index of 10.015 / 10.1.
        assertThat(tail.quantile(0.0011)).isCloseTo(288.6, within(0.1));
    }

    @Test
    void reference_ofZeros_isTheLogarithmOfTheMean() {
        Tail tail = new Tail(1);
        for (int i = 0; i < 84; i++) {
            tail.learn(0);
        }
        assertThat(tail.reference()).isEqualTo(0.5);
        tail.refresh();
        double known = 16 * Math.exp(0.5) + 84 + 0.1 * Math.exp(1.5);
        assertThat(tail.reference()).isCloseTo(Math.log(known / 100), within(1e-12));
    }

    /** With it the factors exp(z - k) of a sum have mean 1 at most, whatever the noise. */
    @Test
    void reference_ofSkewedNoise_makesFactorsOfMeanOne() {
        Random random = new Random(1);
        Tail tail = new Tail(3.5);
        for (int i = 0; i < 4_000; i++) {
            tail.learn(Math.exp(random.nextGaussian()) - 1);
            tail.refresh();
        }
        double sum = 0;
        for (int i = 0; i < 100_000; i++) {
            double z = Math.exp(random.nextGaussian()) - 1;
            sum += Math.exp(Math.min(z - tail.reference(), 3.5));
        }
        assertThat(tail.reference()).isBetween(1.5, 4.5);
        assertThat(sum / 100_000).isBetween(0.7, 1.3);
    }

    @Test
    void learnLater_valuesInWait_areNotKnownYet() {
        Tail tail = new Tail(1);
        for (int i = 0; i < ChangeChart.GAP; i++) {
            tail.learnLater(100);
        }
        assertThat(tail.quantile(1e-4)).isEqualTo(new Tail(1).quantile(1e-4));
        tail.learnLater(0);
        assertThat(tail.quantile(1e-4)).isGreaterThan(new Tail(1).quantile(1e-4));
    }

    @Test
    void restore_goesOnAsBefore() {
        Tail tail = new Tail(2);
        Tail restored = new Tail(2);
        for (int i = 0; i < 40; i++) {
            tail.learnLater(i % 7);
        }
        restored.restore(tail.save());
        assertThat(restored.save()).isEqualTo(tail.save());
        assertThat(restored.quantile(1e-5)).isEqualTo(tail.quantile(1e-5));
        assertThatThrownBy(() -> restored.restore(new double[2]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 5");
    }

    @Test
    void reference_ofATightBudget_staysThatOfWhatWasSeen() {
        Random random = new Random(1);
        Tail tail = new Tail(0.36 * Limits.of(2e-9).drift());
        for (int i = 0; i < 300; i++) {
            tail.learn(random.nextGaussian());
            tail.refresh();
            assertThat(tail.reference()).isBetween(0.0, 2.5);
        }
    }
}
