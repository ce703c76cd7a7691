/** The report of a run: Markdown tables, charts, and the machine. */
@NullMarked
package dev.millrace.benchmarks.report;

import org.jspecify.annotations.NullMarked;
