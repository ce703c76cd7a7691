/** The threads that complete futures and call subscribers. Not API. */
@NullMarked
package dev.millrace.engine.internal.threads;

import org.jspecify.annotations.NullMarked;
