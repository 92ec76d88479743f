/** The {@code rft} command: options, what the terminal shows, exit codes. */
@NullMarked
package dev.rft.cli;

import org.jspecify.annotations.NullMarked;
