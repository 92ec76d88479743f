/** One file per scenario: what a program that uses rft looks like. */
@NullMarked
package dev.rft.examples;

import org.jspecify.annotations.NullMarked;
