/** Rows of the benchmark suite: what is compared, and the rounds in which it is measured. */
@NullMarked
package dev.millrace.benchmarks.suite;

import org.jspecify.annotations.NullMarked;
