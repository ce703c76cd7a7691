/** Bounded evaluation of JSONata over JSON trees. */
@NullMarked
package dev.millrace.jsonata;

import org.jspecify.annotations.NullMarked;
