/**
 * The stream service inside one JVM, without HTTP: append rules on one writer thread, an {@link
 * dev.millrace.engine.spi.EventStore}, live tails, and hosted processors.
 */
@NullMarked
package dev.millrace.engine;

import org.jspecify.annotations.NullMarked;
