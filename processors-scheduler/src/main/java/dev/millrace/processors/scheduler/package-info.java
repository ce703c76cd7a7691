/**
 * The scheduler: an ordinary processor that appends events when their time has come. What is scheduled, what ran and
 * what is due next all stand in the stream itself, so a restart forgets nothing and repeats nothing.
 */
@NullMarked
package dev.millrace.processors.scheduler;

import org.jspecify.annotations.NullMarked;
