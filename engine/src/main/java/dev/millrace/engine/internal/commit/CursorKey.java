package dev.millrace.engine.internal.commit;

import dev.millrace.engine.spi.StreamKey;

/**
 * What a cursor belongs to.
 *
 * @param stream the stream
 * @param processor the slug of the hosted processor
 */
record CursorKey(StreamKey stream, String processor) {}
