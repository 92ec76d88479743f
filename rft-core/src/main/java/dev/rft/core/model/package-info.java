/** The policy network: an interface that any network can meet, a transformer, and any DJL block. */
@NullMarked
package dev.rft.core.model;

import org.jspecify.annotations.NullMarked;
