/** The command {@code replay}. Not API. */
@NullMarked
package dev.millrace.cli.internal.replay;

import org.jspecify.annotations.NullMarked;
