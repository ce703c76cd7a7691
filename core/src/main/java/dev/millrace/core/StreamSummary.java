package dev.millrace.core;

import java.time.Instant;

/**
 * An entry in a list of streams.
 *
 * @param createdAt when the creation of the stream was recorded
 * @since 0.1
 */
public record StreamSummary(StreamPath path, Instant createdAt) {}
