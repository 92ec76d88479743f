/** Sampling responses from a policy, with the log-probabilities of what was sampled. */
@NullMarked
package dev.rft.core.rollout;

import org.jspecify.annotations.NullMarked;
