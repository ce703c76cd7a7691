/** The example, called by a real sender. */
@NullMarked
package dev.millrace.examples.push;

import org.jspecify.annotations.NullMarked;
