/**
 * The circuit breaker: a processor that pauses a runaway stream. Its rules are the rate of events (100 in under one
 * second, or a token bucket), the length of a chain of reactions, events of alternating types, and repeated tool calls.
 * Its reducer decides, from the log alone.
 */
@NullMarked
package dev.millrace.processors.circuitbreaker;

import org.jspecify.annotations.NullMarked;
