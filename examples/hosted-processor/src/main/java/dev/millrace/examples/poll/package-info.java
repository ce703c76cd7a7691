/** A processor in its own jar for a server to run: a poll that closes after a number of votes. */
@NullMarked
package dev.millrace.examples.poll;

import org.jspecify.annotations.NullMarked;
