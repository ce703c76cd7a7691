/**
 * The circuit breaker: an ordinary processor that pauses a stream that runs away. It judges by rate (100 events in under
 * one second, or a token bucket) and by the length of the chain of reactions behind an event. Everything it decides, it
 * decides in its reducer, from the log alone.
 */
@NullMarked
package dev.millrace.processors.circuitbreaker;

import org.jspecify.annotations.NullMarked;
