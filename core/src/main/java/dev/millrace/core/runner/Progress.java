package dev.millrace.core.runner;

import dev.millrace.core.StreamPath;

/**
 * How far a processor has come on a stream.
 *
 * @param slug the processor
 * @param path the stream
 * @param incarnation the life of the stream this progress belongs to; on another one it means nothing
 * @param acknowledgedThrough every effect of events up to this offset is done, or was not to be done
 */
public record Progress(String slug, StreamPath path, String incarnation, long acknowledgedThrough) {}
