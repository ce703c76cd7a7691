/** The command {@code model}. Not API. */
@NullMarked
package dev.millrace.cli.internal.model;

import org.jspecify.annotations.NullMarked;
