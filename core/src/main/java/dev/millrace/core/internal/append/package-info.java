/**
 * The appends of a runner: they find their cause, get provenance and an idempotency key, and are sent in order. Not
 * API.
 */
@NullMarked
package dev.millrace.core.internal.append;

import org.jspecify.annotations.NullMarked;
