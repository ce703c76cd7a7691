/** Letters that are sent once, or are said to be lost: what a crash leaves open is never guessed. */
@NullMarked
package dev.millrace.examples.outbox;

import org.jspecify.annotations.NullMarked;
