/** Tests of the example. */
@NullMarked
package dev.millrace.examples.pingpong;

import org.jspecify.annotations.NullMarked;
