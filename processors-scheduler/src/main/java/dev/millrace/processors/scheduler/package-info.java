/** A processor that appends events when their time has come. */
@NullMarked
package dev.millrace.processors.scheduler;

import org.jspecify.annotations.NullMarked;
