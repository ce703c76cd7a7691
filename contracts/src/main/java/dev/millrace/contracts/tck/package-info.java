/**
 * Runs the checks of the wire against any service that can be reached, from a command line or from a program. Found as a
 * {@link java.util.spi.ToolProvider}, so that whoever offers it need not have a test framework on its class path.
 */
@NullMarked
package dev.millrace.contracts.tck;

import org.jspecify.annotations.NullMarked;
