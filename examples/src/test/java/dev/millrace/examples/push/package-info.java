/** Tests of the example, with real deliveries of a server. */
@NullMarked
package dev.millrace.examples.push;

import org.jspecify.annotations.NullMarked;
