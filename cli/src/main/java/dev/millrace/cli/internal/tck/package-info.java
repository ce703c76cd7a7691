/** The command {@code tck}. Not API. */
@NullMarked
package dev.millrace.cli.internal.tck;

import org.jspecify.annotations.NullMarked;
