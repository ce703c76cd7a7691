/** Two streams that cannot stop answering each other, and the circuit breaker that stops them. */
@NullMarked
package dev.millrace.examples.pingpong;

import org.jspecify.annotations.NullMarked;
