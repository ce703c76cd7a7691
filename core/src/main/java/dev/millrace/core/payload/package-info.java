/** Annotations for payload classes, and the strict reader of such payloads. */
@NullMarked
package dev.millrace.core.payload;

import org.jspecify.annotations.NullMarked;
