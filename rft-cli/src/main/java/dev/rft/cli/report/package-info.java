/** A finished run as one self-contained HTML page, made from the files that the run left behind. */
@NullMarked
package dev.rft.cli.report;

import org.jspecify.annotations.NullMarked;
