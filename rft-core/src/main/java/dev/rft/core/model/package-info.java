/** The policy network: an interface that any network can meet, and a decoder-only transformer. */
@NullMarked
package dev.rft.core.model;

import org.jspecify.annotations.NullMarked;
