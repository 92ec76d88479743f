package dev.rft.core.policy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import java.util.Objects;

/**
 * The pessimistic surrogates of PPO and its bounded forms.
 *
 * <p>Implementation note. {@code max(-A min(rho, cap), -A clip(rho, 1 - low, 1 + high))}, at most
 * {@code -dual A} where {@code A < 0} (PPO arXiv 1707.06347, dual clip 1912.09729, two-sided clip
 * 2505.07291). For {@code dual = cap >= 1 + high} the last two are one function.
 *
 * @param clip the range and the dual bound
 * @param cap bound of the ratio in the free branch; infinite for none
 */
record ClippedSurrogate(ClipRange clip, double cap) implements Surrogate {

    ClippedSurrogate {
        Objects.requireNonNull(clip, "clip");
        if (!(cap >= 1 + clip.high())) {
            throw new IllegalArgumentException(
                    "two-sided clip: must be >= 1 + high = " + (1 + clip.high()) + ", was " + cap);
        }
    }

    @Override
    public NDArray loss(SurrogateInput input) {
        NDArray advantage = input.advantage();
        NDArray ratio = input.ratio();
        NDArray free = (cap < Double.POSITIVE_INFINITY ? ratio.clip(0, cap) : ratio).mul(advantage);
        NDArray bound = ratio.clip(1 - clip.low(), 1 + clip.high()).mul(advantage);
        NDArray loss = NDArrays.minimum(free, bound).neg();
        if (clip.dual() == Double.POSITIVE_INFINITY) {
            return loss;
        }
        NDArray most = NDArrays.minimum(loss, Scalars.times(advantage, -clip.dual()));
        return NDArrays.where(advantage.lt(0), most, loss);
    }
}
