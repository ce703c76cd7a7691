/** A processor that a server hosts without knowing it: a poll that closes after so many votes. */
@NullMarked
package dev.millrace.examples.poll;

import org.jspecify.annotations.NullMarked;
