/**
 * Session, the primitive that turns observations into decisions, and Supervisor, which drives a
 * training loop with it.
 */
@NullMarked
package dev.rft.recovery;

import org.jspecify.annotations.NullMarked;
