/**
 * What turns rewards and log-probabilities into a loss: advantages, objectives, KL estimates,
 * corrections for the sampler, and the measures that belong to them.
 *
 * <p>What works on tensors leaves its intermediate results to the managers of its operands, because
 * a backward pass may need them: call it inside an {@link ai.djl.ndarray.NDScope}.
 */
@NullMarked
package dev.rft.core.policy;

import org.jspecify.annotations.NullMarked;
