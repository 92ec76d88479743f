/**
 * Sampling responses from a policy, in one turn or in several with an environment, and the
 * log-probabilities of what was sampled.
 */
@NullMarked
package dev.rft.core.rollout;

import org.jspecify.annotations.NullMarked;
