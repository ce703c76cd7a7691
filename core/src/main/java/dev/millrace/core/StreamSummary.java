package dev.millrace.core;

import java.time.Instant;

/**
 * One line of a list of streams.
 *
 * @param path the stream
 * @param createdAt when it was announced
 */
public record StreamSummary(StreamPath path, Instant createdAt) {}
