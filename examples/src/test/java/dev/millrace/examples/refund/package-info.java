/** Tests of the example. */
@NullMarked
package dev.millrace.examples.refund;

import org.jspecify.annotations.NullMarked;
