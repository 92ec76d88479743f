/** JSON that is read without benevolence, for the modules of rft alone. */
@NullMarked
package dev.rft.monitor.json;

import org.jspecify.annotations.NullMarked;
