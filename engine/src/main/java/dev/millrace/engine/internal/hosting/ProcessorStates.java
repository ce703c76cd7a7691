package dev.millrace.engine.internal.hosting;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.Map;

/** A supplier of the states of hosted processors, for {@code state} and for the last state of a destroyed stream. */
public interface ProcessorStates {
    /** For an engine that hosts no processors. */
    ProcessorStates NONE = (stream, head) -> Map.of();

    /**
     * The states by slug, at exactly this head. Called on a callback thread or, for a destroy, on the writer thread.
     */
    Map<String, JsonNode> at(StreamKey stream, StreamHead head);
}
