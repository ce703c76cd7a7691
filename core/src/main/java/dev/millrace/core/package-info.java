/**
 * The model and the port: what an event is, where a stream lives, which types are built in, and {@link
 * dev.millrace.core.EventStreams}, the one interface through which everything reads and appends.
 *
 * <p>Types here are immutable and safe for use by many threads unless they say otherwise.
 */
@NullMarked
package dev.millrace.core;

import org.jspecify.annotations.NullMarked;
