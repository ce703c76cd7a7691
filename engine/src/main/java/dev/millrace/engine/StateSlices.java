package dev.millrace.engine;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/** The folded states of hosted processors, for {@code state} and for the last state of a destroyed stream. */
interface StateSlices {
    /** An engine that hosts nothing. */
    StateSlices NONE = (stream, head) -> Map.of();

    /**
     * The states by slug, folded to exactly this head. Called on a delivery thread, and may take its time; for a destroy
     * under contention on the writer thread.
     */
    Map<String, JsonNode> at(StreamKey stream, StreamHead head);
}
