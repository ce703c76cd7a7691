/** Benchmarks. Compare their figures only as ratios to a reference of the same run. */
@NullMarked
package dev.millrace.benchmarks;

import org.jspecify.annotations.NullMarked;
