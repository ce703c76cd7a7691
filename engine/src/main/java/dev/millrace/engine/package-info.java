/**
 * The stream itself, in process: append rules on a single writer, an {@link dev.millrace.engine.spi.EventStore} behind it,
 * live tails in front of it, and the hosting of processors. Usable without HTTP inside one JVM.
 */
@NullMarked
package dev.millrace.engine;

import org.jspecify.annotations.NullMarked;
