/** What happened, as past-tense records, and the listener that receives them. */
@NullMarked
package dev.rft.recovery.event;

import org.jspecify.annotations.NullMarked;
