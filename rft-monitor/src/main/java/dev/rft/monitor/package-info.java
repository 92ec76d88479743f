/** Detectors, their verdicts, and the monitor that runs them over a stream of observations. */
@NullMarked
package dev.rft.monitor;

import org.jspecify.annotations.NullMarked;
