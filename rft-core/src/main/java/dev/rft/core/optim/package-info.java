/** Gradient clipping and optimizers whose state is named, readable and restorable in place. */
@NullMarked
package dev.rft.core.optim;

import org.jspecify.annotations.NullMarked;
