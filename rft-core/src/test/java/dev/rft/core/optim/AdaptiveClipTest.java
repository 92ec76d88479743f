package dev.rft.core.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class AdaptiveClipTest {

    private static final double UNBOUNDED = Double.POSITIVE_INFINITY;

    @Test
    void bound_duringTheWarmUp_isTheFixedOneAndTheStateTheMoments() {
        AdaptiveClip clip = clip(5, 4);

        for (double norm : new double[] {1, 2, 3, 100}) {
            assertThat(clip.bound(norm)).isEqualTo(5);
        }

        // Mean 26.5; squares 25.5^2 + 24.5^2 + 23.5^2 + 73.5^2 = 7205.
        assertState(clip, 4, 26.5, 7205 / 4.0);
    }

    @Test
    void bound_ofAnOrdinaryNorm_isTheFixedOneAndTheNormEnters() {
        AdaptiveClip clip = warm(UNBOUNDED);

        // Mean 2 and deviation 1: 4.4 is 2.4 deviations out.
        assertThat(clip.bound(4.4)).isEqualTo(UNBOUNDED);

        double mean = 0.97 * 2 + 0.03 * 4.4;
        assertState(clip, 3, mean, 0.97 * 1 + 0.03 * (4.4 - mean) * (4.4 - mean));
    }

    @Test
    void bound_ofASpike_comesNearerToTheMeanTheFurtherOutItIsAndTheBoundEnters() {
        AdaptiveClip clip = warm(UNBOUNDED);

        double bound = clip.bound(12);

        double expected = 2 + 2.5 * 2.5 / (10 / (1 + 1e-6));
        assertThat(bound).isCloseTo(expected, within(1e-12));
        double mean = 0.97 * 2 + 0.03 * expected;
        assertState(clip, 3, mean, 0.97 + 0.03 * (expected - mean) * (expected - mean));
        assertThat(warm(UNBOUNDED).bound(100)).isLessThan(bound).isGreaterThan(2);
    }

    @Test
    void bound_aboveTheFixedOne_isTheFixedOneAndWhatIsLearnedTheSame() {
        AdaptiveClip fixed = warm(1.5);
        AdaptiveClip free = warm(UNBOUNDED);

        assertThat(fixed.bound(12)).isEqualTo(1.5);
        free.bound(12);

        assertThat(fixed.save()).isEqualTo(free.save());
    }

    @Test
    void bound_afterEqualNorms_cutsAnyRiseToTheirMean() {
        AdaptiveClip clip = clip(UNBOUNDED, 2);
        clip.bound(3);
        clip.bound(3);

        assertThat(clip.bound(3)).isEqualTo(UNBOUNDED);
        assertThat(clip.bound(4)).isCloseTo(3, within(1e-12));
    }

    @Test
    void bound_ofZero_isTheFixedOneAndNothingEnters() {
        for (AdaptiveClip clip : new AdaptiveClip[] {clip(5, 4), warm(5)}) {
            AdaptiveClip.State before = clip.save();
            assertThat(clip.bound(0)).isEqualTo(5);
            assertThat(clip.save()).isEqualTo(before);
        }
    }

    @Test
    void bound_ofANormThatIsNotFinite_isRefusedAndNothingEnters() {
        AdaptiveClip clip = warm(5);
        AdaptiveClip.State before = clip.save();

        for (double norm : new double[] {Double.NaN, Double.POSITIVE_INFINITY, -1}) {
            assertThatThrownBy(() -> clip.bound(norm))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("norm: must be >= 0 and finite, was " + norm);
        }

        assertThat(clip.save()).isEqualTo(before);
    }

    @Test
    void restore_ofASavedState_givesTheSameBoundsAgain() {
        double[] norms = {1, 3, 2, 9, 2.5, 4, 30, 2};
        for (int cut = 0; cut < norms.length; cut++) {
            AdaptiveClip whole = clip(8, 3);
            for (int i = 0; i < cut; i++) {
                whole.bound(norms[i]);
            }
            AdaptiveClip other = clip(8, 3);
            other.bound(77);
            other.restore(whole.save());
            for (int i = cut; i < norms.length; i++) {
                assertThat(other.bound(norms[i])).isEqualTo(whole.bound(norms[i]));
            }
            assertThat(other.save()).isEqualTo(whole.save());
        }
    }

    @Test
    void configAndState_outOfRange_areRefused() {
        assertRefused(() -> new AdaptiveClip.Config(0, 0.9, 2, 25), "maxNorm: must be > 0");
        assertRefused(() -> new AdaptiveClip.Config(1, 1, 2, 25), "decay: must be in [0, 1)");
        assertRefused(() -> new AdaptiveClip.Config(1, 0.9, 0, 25), "threshold: must be > 0");
        assertRefused(() -> new AdaptiveClip.Config(1, 0.9, 2, 1), "warmUp: must be >= 2, was 1");
        assertRefused(() -> new AdaptiveClip.State(1, Double.NaN, 0), "must be >= 0 and finite");
        assertRefused(() -> new AdaptiveClip.State(1, 1, -1), "must be >= 0 and finite");
    }

    private static void assertRefused(Runnable call, String message) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static void assertState(AdaptiveClip clip, long norms, double mean, double variance) {
        assertThat(clip.save().norms()).isEqualTo(norms);
        assertThat(clip.save().mean()).isCloseTo(mean, within(1e-12));
        assertThat(clip.save().variance()).isCloseTo(variance, within(1e-9));
    }

    /** One whose norms had mean 2 and deviation 1. */
    private static AdaptiveClip warm(double maxNorm) {
        AdaptiveClip clip = clip(maxNorm, 2);
        clip.bound(1);
        clip.bound(3);
        return clip;
    }

    private static AdaptiveClip clip(double maxNorm, int warmUp) {
        return new AdaptiveClip(new AdaptiveClip.Config(maxNorm, 0.97, 2.5, warmUp));
    }
}
