/** Tests of the JSONata transformer. */
@NullMarked
package dev.millrace.processors.jsonata;

import org.jspecify.annotations.NullMarked;
