/** Tests of the page, over files as a demo leaves them. */
@NullMarked
package dev.rft.cli.report;

import org.jspecify.annotations.NullMarked;
