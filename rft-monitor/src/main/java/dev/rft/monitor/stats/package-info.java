/**
 * The statistics under the built-in detectors: robust estimates, whitening, charts. Not exported.
 */
@NullMarked
package dev.rft.monitor.stats;

import org.jspecify.annotations.NullMarked;
