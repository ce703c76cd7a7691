package dev.millrace.engine.internal.hosting;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.Map;

/** The folded states of hosted processors, for {@code state} and for the last state of a destroyed stream. */
public interface ProcessorStates {
    /** An engine that hosts nothing. */
    ProcessorStates NONE = (stream, head) -> Map.of();

    /**
     * The states by slug, folded to exactly this head. Called on a delivery thread, and may take its time; for a destroy
     * under contention on the writer thread.
     */
    Map<String, JsonNode> at(StreamKey stream, StreamHead head);
}
