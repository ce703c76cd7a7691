/** Two streams that answer each other without end, and the circuit breaker that stops them. */
@NullMarked
package dev.millrace.examples.pingpong;

import org.jspecify.annotations.NullMarked;
