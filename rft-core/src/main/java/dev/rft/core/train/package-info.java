/** The training loops: supervised warm start and policy optimization, and their evaluation. */
@NullMarked
package dev.rft.core.train;

import org.jspecify.annotations.NullMarked;
