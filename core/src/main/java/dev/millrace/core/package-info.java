/**
 * The model and the interface to streams: events, paths, built-in types, and {@link dev.millrace.core.EventStreams},
 * through which all code reads and appends. Types here are immutable and safe for use by many threads unless they say
 * otherwise.
 */
@NullMarked
package dev.millrace.core;

import org.jspecify.annotations.NullMarked;
