/** An agent with a model, in one JVM, without a server. */
@NullMarked
package dev.millrace.examples.agent;

import org.jspecify.annotations.NullMarked;
