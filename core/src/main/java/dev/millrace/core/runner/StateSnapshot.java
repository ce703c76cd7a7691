package dev.millrace.core.runner;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.StreamPath;

/**
 * A snapshot: the state of a processor on a stream at an offset. It only saves time; a snapshot that does not fit is
 * ignored.
 *
 * @param slug the processor
 * @param path the stream
 * @param incarnation the incarnation of the stream
 * @param version the version of the processor that computed it
 * @param schema the schema name, see {@link StateFormat#schema()}
 * @param through the offset of the last event in the state, 1 or more
 * @param state the state; must not be changed
 * @since 0.1
 */
public record StateSnapshot(
        String slug, StreamPath path, String incarnation, int version, String schema, long through, JsonNode state) {}
