/** OpenTelemetry spans of runners: {@link dev.millrace.tracing.opentelemetry.RunnerTracing}. */
@NullMarked
package dev.millrace.tracing.opentelemetry;

import org.jspecify.annotations.NullMarked;
