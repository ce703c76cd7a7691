/** Stored events, whose JSON may be parsed late. Not API. */
@NullMarked
package dev.millrace.core.internal.event;

import org.jspecify.annotations.NullMarked;
