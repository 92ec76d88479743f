/** Tests of the reading of JSON. */
@NullMarked
package dev.rft.monitor.json;

import org.jspecify.annotations.NullMarked;
