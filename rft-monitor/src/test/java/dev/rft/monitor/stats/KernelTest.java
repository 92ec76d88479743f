package dev.rft.monitor.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.rft.api.signal.Signal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Estimates and thresholds against values computed by hand or taken from tables. */
class KernelTest {

    @Test
    void median_oddAndEven_isMiddle() {
        assertThat(Robust.median(3, 1, 2)).isEqualTo(2);
        assertThat(Robust.median(4, 1, 3, 2)).isEqualTo(2.5);
        assertThatThrownBy(() -> Robust.median()).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void median_hugeValues_doesNotOverflow() {
        assertThat(Robust.median(1.7e308, 1.7e308)).isEqualTo(1.7e308);
    }

    @Test
    void deviation_oneWildValue_ignoresIt() {
        // Deviations from 3: 2, 1, 0, 1, 997: median 1.
        assertThat(Robust.deviation(new double[] {1, 2, 3, 4, 1000}, 3)).isEqualTo(1.4826);
    }

    @Test
    void autocorrelation_whiteWindow_isTwoStandardErrors() {
        Autocorrelation memory = new Autocorrelation();
        double[] window = new double[48];
        for (int i = 0; i < 48; i += 4) {
            window[i] = 1;
            window[i + 1] = 1;
            window[i + 2] = -1;
            window[i + 3] = -1;
        }
        // 24 products of +1 and 23 of -1 over 48 squares: raw 1 / 48.
        memory.learn(window, 1, 48);
        double rho = (1.0 / 48 + 2.0 / 48) / (1 - 4.0 / 48);
        assertThat(memory.upper())
                .isCloseTo(
                        rho + 2 * Math.sqrt((1 - rho * rho) / 48) / (1 - 4.0 / 48), within(1e-12));
    }

    @Test
    void autocorrelation_alternatingOrConstant_isZeroOrNearlyOne() {
        Autocorrelation memory = new Autocorrelation();
        double[] turning = new double[48];
        for (int i = 0; i < 48; i++) {
            turning[i] = i % 2 == 0 ? 1 : -1;
        }
        memory.learn(turning, 1, 48);
        assertThat(memory.upper()).isZero();
        memory.clear();
        double[] constant = new double[48];
        java.util.Arrays.fill(constant, 1);
        memory.learn(constant, 1, 48);
        assertThat(memory.upper()).isCloseTo(0.98, within(1e-12));
    }

    @Test
    void logGamma_factorials_agree() {
        double logarithm = 0;
        for (int n = 1; n < 30; n++) {
            logarithm += Math.log(n);
            assertThat(LogGamma.of(n + 1)).isCloseTo(logarithm, within(1e-10));
        }
        assertThat(LogGamma.of(0.5)).isCloseTo(Math.log(Math.PI) / 2, within(1e-10));
    }

    @Test
    void studentQuantile_tableValues_agree() {
        assertThat(Limits.studentQuantile(0.025, 10)).isCloseTo(2.2281, within(1e-3));
        assertThat(Limits.studentQuantile(0.025, 3)).isCloseTo(3.1824, within(1e-3));
        assertThat(Limits.studentQuantile(0.0005, 8)).isCloseTo(5.0413, within(1e-3));
    }

    @Test
    void limits_lowerRate_areHigher() {
        Limits often = Limits.of(1e-3);
        Limits seldom = Limits.of(1e-5);
        assertThat(seldom.spike()).isGreaterThan(often.spike());
        assertThat(seldom.drift()).isGreaterThan(often.drift());
    }

    @Test
    void baseline_evenRamp_extrapolatesIt() {
        double[] ramp = new double[24];
        for (int i = 0; i < ramp.length; i++) {
            ramp[i] = 5 + 0.5 * i;
        }
        Baseline base = Baseline.of(ramp, 9, true, 0.02, new Autocorrelation(), 24);
        assertThat(base.level()).isCloseTo(5 + 0.5 * 11.5, within(1e-12));
        assertThat(base.line()).isCloseTo(5 + 0.5 * (23 + 9), within(1e-12));
        assertThat(base.scale()).isEqualTo(0.02);
    }

    @Test
    void baseline_level_hasErrorOfMedian() {
        double[] flat = new double[48];
        assertThat(Baseline.of(flat, 9, false, 1, new Autocorrelation(), 48).error())
                .isCloseTo(Math.sqrt(Math.PI / 96), within(1e-12));
    }

    @Test
    void transform_zeroLogarithm_isFinite() {
        assertThat(Transform.apply(Signal.Scale.LOG, 0)).isEqualTo(Math.log(1e-12));
        assertThat(Transform.apply(Signal.Scale.FRACTION, 0.25))
                .isCloseTo(Math.PI / 6, within(1e-12));
        assertThat(Transform.angularDeviation(64)).isEqualTo(1.0 / 16);
    }

    @Property(tries = 200)
    void transform_invert_givesValueBack(
            @ForAll @Scale(6) @DoubleRange(min = 1e-6, max = 1) double value) {
        for (Signal.Scale scale : Signal.Scale.values()) {
            assertThat(Transform.invert(scale, Transform.apply(scale, value)))
                    .isCloseTo(value, within(1e-9));
        }
    }

    @Property(tries = 200)
    void window_anyStream_holdsTheLastValues(
            @ForAll @IntRange(min = 1, max = 9) int capacity,
            @ForAll @Size(max = 40) List<@DoubleRange(min = -1e9, max = 1e9) Double> values) {
        Window window = new Window(capacity);
        Deque<Double> model = new ArrayDeque<>();
        for (double value : values) {
            window.add(value);
            model.addLast(value);
            if (model.size() > capacity) {
                model.removeFirst();
            }
        }
        double[] expected = model.stream().mapToDouble(Double::doubleValue).toArray();
        assertThat(window.toArray()).isEqualTo(expected);
        Window copy = new Window(capacity);
        copy.set(window.toArray());
        assertThat(copy.toArray()).isEqualTo(expected);
    }

    @Test
    void window_tooManyOrNotFinite_isRejected() {
        Window window = new Window(2);
        assertThatThrownBy(() -> window.set(new double[3]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> window.set(new double[] {Double.NaN}))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
