/** Tests of the example. */
@NullMarked
package dev.millrace.examples.hello;

import org.jspecify.annotations.NullMarked;
