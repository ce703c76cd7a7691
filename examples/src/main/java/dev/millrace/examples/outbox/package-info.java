/** An outbox that sends each letter at most once. After a crash, the outcome of a letter is recorded as unknown. */
@NullMarked
package dev.millrace.examples.outbox;

import org.jspecify.annotations.NullMarked;
