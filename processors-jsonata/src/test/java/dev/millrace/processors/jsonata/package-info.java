/** Tests of derived events. */
@NullMarked
package dev.millrace.processors.jsonata;

import org.jspecify.annotations.NullMarked;
