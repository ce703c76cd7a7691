/** JMH benchmarks of paths within one process, and the rows that use them. */
@NullMarked
package dev.millrace.benchmarks.engine;

import org.jspecify.annotations.NullMarked;
