/**
 * Gradient clipping, learning-rate schedules, and optimizers whose state is named and restorable.
 */
@NullMarked
package dev.rft.core.optim;

import org.jspecify.annotations.NullMarked;
