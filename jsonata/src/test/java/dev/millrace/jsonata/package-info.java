/** Tests of bounded evaluation of JSONata. */
@NullMarked
package dev.millrace.jsonata;

import org.jspecify.annotations.NullMarked;
