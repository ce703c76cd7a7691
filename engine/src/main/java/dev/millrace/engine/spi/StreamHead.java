package dev.millrace.engine.spi;

import java.time.Instant;

/**
 * What the append rules need to know of a stream before the next append.
 *
 * @param incarnation which life of the stream this is, minted with its first event
 * @param lastOffset the offset of its newest event, at least 1
 * @param lastCreatedAt the time of its newest event
 * @param paused whether it refuses appends
 */
public record StreamHead(String incarnation, long lastOffset, Instant lastCreatedAt, boolean paused) {}
