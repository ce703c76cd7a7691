/** A stream server that fails in ways that the test chooses. */
@NullMarked
package dev.millrace.testkit.faults;

import org.jspecify.annotations.NullMarked;
