/**
 * The embedded durable event store: one SQLite file in a directory of its own, nothing to install. {@link
 * dev.millrace.store.sqlite.SqliteEventStore} is the whole of it.
 */
@NullMarked
package dev.millrace.store.sqlite;

import org.jspecify.annotations.NullMarked;
