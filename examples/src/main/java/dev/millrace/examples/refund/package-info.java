/** A first agent: one tool, whose larger calls wait for an approval. */
@NullMarked
package dev.millrace.examples.refund;

import org.jspecify.annotations.NullMarked;
