/** A processor that derives events from events by JSONata rules. */
@NullMarked
package dev.millrace.processors.jsonata;

import org.jspecify.annotations.NullMarked;
