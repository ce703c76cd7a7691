/** Tests of all examples. */
@NullMarked
package dev.millrace.examples;

import org.jspecify.annotations.NullMarked;
