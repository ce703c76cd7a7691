/** Micrometer meters of runners: {@link dev.millrace.metrics.micrometer.RunnerMetrics}. */
@NullMarked
package dev.millrace.metrics.micrometer;

import org.jspecify.annotations.NullMarked;
