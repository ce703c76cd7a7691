/** One processor on a stream and on all streams below it. Not API. */
@NullMarked
package dev.millrace.core.internal.subtree;

import org.jspecify.annotations.NullMarked;
