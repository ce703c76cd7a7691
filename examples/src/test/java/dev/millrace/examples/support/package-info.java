/** Tests of the example. */
@NullMarked
package dev.millrace.examples.support;

import org.jspecify.annotations.NullMarked;
