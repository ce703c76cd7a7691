/** Progress stores: in memory, in a directory, in a stream. Not API. */
@NullMarked
package dev.millrace.core.internal.progress;

import org.jspecify.annotations.NullMarked;
