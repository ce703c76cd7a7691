/**
 * The embedded durable event store {@link dev.millrace.store.sqlite.SqliteEventStore}: one SQLite file in its own
 * directory, without any installation.
 */
@NullMarked
package dev.millrace.store.sqlite;

import org.jspecify.annotations.NullMarked;
