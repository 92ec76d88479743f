/**
 * What earlier healthy runs of a set-up look like, and the detectors that compare the beginning of
 * a run with them: a fault that is there from the first step on leaves no healthy beginning to
 * learn from.
 */
@NullMarked
package dev.rft.monitor.profile;

import org.jspecify.annotations.NullMarked;
