/** A processor that derives events from events with JSONata expressions. */
@NullMarked
package dev.millrace.processors.jsonata;

import org.jspecify.annotations.NullMarked;
