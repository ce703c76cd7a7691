/** Tests of the outbox. */
@NullMarked
package dev.millrace.examples.outbox;

import org.jspecify.annotations.NullMarked;
