/** Tests of the example. */
@NullMarked
package dev.millrace.examples.agent;

import org.jspecify.annotations.NullMarked;
