/** Tiny but real tasks on which policies train on a CPU. */
@NullMarked
package dev.rft.faultbench.workload;

import org.jspecify.annotations.NullMarked;
