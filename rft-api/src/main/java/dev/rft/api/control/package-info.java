/** The port through which an existing training loop is driven, gated, snapshot and adjusted. */
@NullMarked
package dev.rft.api.control;

import org.jspecify.annotations.NullMarked;
