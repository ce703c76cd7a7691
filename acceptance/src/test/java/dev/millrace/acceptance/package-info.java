/** The checks of the wire against the command in a process of its own. */
@NullMarked
package dev.millrace.acceptance;

import org.jspecify.annotations.NullMarked;
