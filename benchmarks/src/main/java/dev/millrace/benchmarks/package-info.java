/** Measurements. Every figure is a ratio against something measured in the same run. */
@NullMarked
package dev.millrace.benchmarks;

import org.jspecify.annotations.NullMarked;
