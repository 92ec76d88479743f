/**
 * What a training step shows: named signals, their values in one step, and a summary of its
 * trajectories.
 */
@NullMarked
package dev.rft.api.signal;

import org.jspecify.annotations.NullMarked;
