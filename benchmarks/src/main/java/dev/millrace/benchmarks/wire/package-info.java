/** A load generator for servers in other processes, and the rows that use it. */
@NullMarked
package dev.millrace.benchmarks.wire;

import org.jspecify.annotations.NullMarked;
