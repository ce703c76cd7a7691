/**
 * What every implementation of a Millrace port promises, as JUnit 5 suites. Extend {@link
 * dev.millrace.contracts.store.EventStoreContract} for a store and {@link dev.millrace.contracts.EventStreamsContract} for
 * an {@code EventStreams}, say how to open one, and run it.
 */
@NullMarked
package dev.millrace.contracts;

import org.jspecify.annotations.NullMarked;
