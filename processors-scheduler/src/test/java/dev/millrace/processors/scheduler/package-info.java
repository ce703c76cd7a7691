/** Tests of the scheduler. */
@NullMarked
package dev.millrace.processors.scheduler;

import org.jspecify.annotations.NullMarked;
