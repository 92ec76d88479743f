/** What happened, on disk: a journal of events and a log of metrics, as lines of JSON. */
@NullMarked
package dev.rft.recovery.journal;

import org.jspecify.annotations.NullMarked;
