/** The detectors that rft brings, as factories to put into a monitor. */
@NullMarked
package dev.rft.monitor.detect;

import org.jspecify.annotations.NullMarked;
