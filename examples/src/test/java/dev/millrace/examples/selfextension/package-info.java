/** Tests of the example. */
@NullMarked
package dev.millrace.examples.selfextension;

import org.jspecify.annotations.NullMarked;
