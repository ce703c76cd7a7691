/** Runners in a world of their own, where one thread, one clock and one seed decide everything that happens. */
@NullMarked
package dev.millrace.core.runner.simulation;

import org.jspecify.annotations.NullMarked;
