/**
 * Streams of signals, assertions and contracts for tests of detectors, and a clock that a test
 * moves.
 */
@NullMarked
package dev.rft.testkit;

import org.jspecify.annotations.NullMarked;
