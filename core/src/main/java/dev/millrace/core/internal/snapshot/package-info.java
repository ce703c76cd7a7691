/** Snapshot stores, and when a snapshot of a state is taken. Not API. */
@NullMarked
package dev.millrace.core.internal.snapshot;

import org.jspecify.annotations.NullMarked;
