/**
 * Faults that strike inside a live training process: downstream of its knobs, keyed on a counter
 * that no rollback rewinds, and never named in its telemetry.
 */
@NullMarked
package dev.rft.faultbench.fault;

import org.jspecify.annotations.NullMarked;
