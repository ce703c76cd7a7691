/**
 * The tool that runs the checks of the wire protocol against any reachable service, from a command line or a program.
 * It is a {@link java.util.spi.ToolProvider}, so its callers need no test framework on their class path.
 */
@NullMarked
package dev.millrace.contracts.tck;

import org.jspecify.annotations.NullMarked;
