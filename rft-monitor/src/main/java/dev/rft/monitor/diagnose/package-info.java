/** From verdicts to a ranked list of causes, {@code UNKNOWN} among them. */
@NullMarked
package dev.rft.monitor.diagnose;

import org.jspecify.annotations.NullMarked;
