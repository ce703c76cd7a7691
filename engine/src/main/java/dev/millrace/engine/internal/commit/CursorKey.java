package dev.millrace.engine.internal.commit;

import dev.millrace.engine.spi.StreamKey;

/** The key of a cursor: a stream, and the slug of a hosted processor. */
record CursorKey(StreamKey stream, String processor) {}
