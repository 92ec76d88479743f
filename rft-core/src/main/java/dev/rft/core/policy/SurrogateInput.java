package dev.rft.core.policy;

import ai.djl.ndarray.NDArray;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Surrogate} judges tokens by. All arrays are {@code [batch, tokens]}, borrowed, and
 * 0 where the mask is false, so that no operation meets what stands there.
 *
 * @param logProb {@code l}, with its gradient
 * @param logRatio the log-ratio to the policy that the update started from, at the objective's
 *     {@link RatioLevel}, with its gradient; not clamped
 * @param advantage {@code A}, without a gradient
 * @param referenceLogProb {@code l_ref}, without a gradient; null when the surrogate asked for none
 * @param mask boolean, true on response tokens
 */
public record SurrogateInput(
        NDArray logProb,
        NDArray logRatio,
        NDArray advantage,
        @Nullable NDArray referenceLogProb,
        NDArray mask) {

    /** Returns {@code rho = exp(clamp(d, -20, 20))}, which one token cannot make infinite. */
    public NDArray ratio() {
        return logRatio.clip(-20, 20).exp();
    }
}
