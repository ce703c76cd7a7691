/** An agent with tools: a bookshop's support that finds orders, and refunds them after an approval. */
@NullMarked
package dev.millrace.examples.support;

import org.jspecify.annotations.NullMarked;
