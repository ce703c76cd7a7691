/** Live tails of a stream or of a subtree. Not API. */
@NullMarked
package dev.millrace.engine.internal.tail;

import org.jspecify.annotations.NullMarked;
