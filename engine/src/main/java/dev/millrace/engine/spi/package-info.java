/**
 * What a store implements ({@link dev.millrace.engine.spi.EventStore}), and the records that it keeps. Test a store
 * with {@code EventStoreContract}.
 */
@NullMarked
package dev.millrace.engine.spi;

import org.jspecify.annotations.NullMarked;
