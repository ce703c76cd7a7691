/**
 * The scheduler: a processor that appends events at scheduled times. All schedules and their runs are recorded in the
 * stream, so nothing is lost or repeated after a restart.
 */
@NullMarked
package dev.millrace.processors.scheduler;

import org.jspecify.annotations.NullMarked;
