/** The benchmark suite. Compare its figures only as ratios of one run. */
@NullMarked
package dev.millrace.benchmarks;

import org.jspecify.annotations.NullMarked;
