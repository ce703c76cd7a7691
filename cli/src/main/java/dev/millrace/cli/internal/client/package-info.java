/** The commands that are clients of a running server. Not API. */
@NullMarked
package dev.millrace.cli.internal.client;

import org.jspecify.annotations.NullMarked;
