/** What the pages that the commands write have in common: the style, and how they are made. */
@NullMarked
package dev.rft.cli.page;

import org.jspecify.annotations.NullMarked;
