package dev.millrace.core.runner;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.StreamPath;

/**
 * What a processor's fold of a stream had come to at an offset. It saves folding again what came before, and nothing else
 * depends on it: a snapshot that does not fit is thrown away.
 *
 * @param slug the processor
 * @param path the stream
 * @param incarnation the life of the stream that was folded
 * @param version the version of the processor that folded it
 * @param schema the shape of the state, as {@link StateFormat#schema()} has it
 * @param through the offset of the last event in the state, 1 or more
 * @param state the state; must not be changed
 */
public record StateSnapshot(
        String slug, StreamPath path, String incarnation, int version, String schema, long through, JsonNode state) {}
