/** The effects of a runner: the queue of calls, the background tasks, and the record of what is done. Not API. */
@NullMarked
package dev.millrace.core.internal.effect;

import org.jspecify.annotations.NullMarked;
