/** Tests of the command. */
@NullMarked
package dev.rft.cli;

import org.jspecify.annotations.NullMarked;
