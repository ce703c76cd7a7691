/**
 * A model server for tests and demonstrations: it speaks the streaming wire of {@code POST /v1/responses} over a real
 * socket, and what it says comes from a {@link dev.millrace.scriptedmodel.ModelScript}. Same requests in the same order, same
 * bytes.
 */
@NullMarked
package dev.millrace.scriptedmodel;

import org.jspecify.annotations.NullMarked;
