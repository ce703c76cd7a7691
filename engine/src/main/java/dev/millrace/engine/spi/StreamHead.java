package dev.millrace.engine.spi;

import java.time.Instant;

/**
 * The facts about a stream that the check of the next append needs.
 *
 * @param incarnation identifies the stream between its creation and its destruction
 * @param lastOffset the offset of its newest event, at least 1
 * @param lastCreatedAt the time of its newest event
 * @param paused whether it refuses appends
 * @since 0.1
 */
public record StreamHead(String incarnation, long lastOffset, Instant lastCreatedAt, boolean paused) {}
