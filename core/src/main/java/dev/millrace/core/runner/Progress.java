package dev.millrace.core.runner;

import dev.millrace.core.StreamPath;

/**
 * The saved progress of a processor on a stream.
 *
 * @param slug the processor
 * @param path the stream
 * @param incarnation the incarnation of the stream; the progress is valid only for this one
 * @param acknowledgedThrough every effect of events up to this offset has finished, or was not required
 * @since 0.1
 */
public record Progress(String slug, StreamPath path, String incarnation, long acknowledgedThrough) {}
