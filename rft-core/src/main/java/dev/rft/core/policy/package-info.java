/** What turns rewards and log-probabilities into a loss: advantages, objectives, KL estimates. */
@NullMarked
package dev.rft.core.policy;

import org.jspecify.annotations.NullMarked;
