/**
 * JUnit 5 test suites for implementations of the Millrace interfaces. Extend {@link
 * dev.millrace.contracts.store.EventStoreContract} for a store, or {@link dev.millrace.contracts.EventStreamsContract}
 * for an {@code EventStreams}, and override the method that opens it.
 */
@NullMarked
package dev.millrace.contracts;

import org.jspecify.annotations.NullMarked;
