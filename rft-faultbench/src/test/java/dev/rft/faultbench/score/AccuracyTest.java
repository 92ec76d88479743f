package dev.rft.faultbench.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class AccuracyTest {

    @Test
    void standardErrorTo_sameItems_isPaired() {
        // Items 0 and 1 against 0 and 2 of 8: two differ, the difference is 0.
        Accuracy one = new Accuracy(0.25, 8, "03");
        Accuracy other = new Accuracy(0.25, 8, "05");

        assertThat(one.standardErrorTo(other)).isCloseTo(Math.sqrt(2 / 64.0), within(1e-12));
        assertThat(one.standardErrorTo(one)).isZero();
    }

    @Test
    void standardErrorTo_oneGetsMoreRight_takesTheDifferenceOff() {
        // Three items more of 4: variance 3/4 - (3/4)^2.
        Accuracy all = new Accuracy(1, 4, "0f");

        assertThat(all.standardErrorTo(new Accuracy(0.25, 4, "01")))
                .isCloseTo(Math.sqrt((0.75 - 0.5625) / 4), within(1e-12));
    }

    @Test
    void standardErrorTo_itemsNotKnown_isThatOfIndependentShares() {
        assertThat(Accuracy.of(0.5).standardErrorTo(Accuracy.of(0.5)))
                .isCloseTo(Math.sqrt(0.5 / 2_000), within(1e-12));
    }

    @Test
    void harmedTo_lossOfLessThanFivePoints_isNone() {
        assertThat(Accuracy.of(0.60).harmedTo(Accuracy.of(0.56))).isFalse();
        assertThat(Accuracy.of(0.60).harmedTo(Accuracy.of(0.50))).isTrue();
    }

    @Test
    void harmedTo_lossWithinThreeStandardErrors_isNone() {
        // 5 points of 100 items: the error is 7 points.
        assertThat(new Accuracy(0.55, 100, "").harmedTo(new Accuracy(0.5, 100, ""))).isFalse();
    }

    @Test
    void worsenedTo_twoPointsOrTwoStandardErrors_areNotWorse() {
        // Two errors of .5 against .47 are 3.2 points.
        assertThat(Accuracy.of(0.5).worsenedTo(Accuracy.of(0.47))).isFalse();
        assertThat(Accuracy.of(0.5).worsenedTo(Accuracy.of(0.46))).isTrue();
        // Near 0 the errors are small, and two points are asked for.
        assertThat(Accuracy.of(0.02).worsenedTo(Accuracy.of(0.0005))).isFalse();
        assertThat(Accuracy.of(0.03).worsenedTo(Accuracy.of(0.0))).isTrue();
    }

    @Test
    void new_brokenItems_areRefused() {
        assertThatThrownBy(() -> new Accuracy(0.5, 8, "xyz"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Accuracy(1.5, 8, ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1.5");
    }
}
