/** The contract suites for the stores in memory, in a directory and in a stream. */
@NullMarked
package dev.millrace.contracts;

import org.jspecify.annotations.NullMarked;
