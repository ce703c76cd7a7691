package dev.millrace.engine.internal.hosting;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.Map;
import java.util.function.Predicate;

/** A supplier of the states of hosted processors, for {@code state} and for the last state of a destroyed stream. */
public interface ProcessorStates {
    /** For an engine that hosts no processors. */
    ProcessorStates NONE = (stream, head, scope) -> Map.of();

    /**
     * Which states to compute.
     *
     * @param past whether the processors are those that were attached at the offset of the head, with the configurations
     *     of that offset; otherwise those that are attached now
     * @param processors only these, by name
     */
    record Scope(boolean past, Predicate<String> processors) {
        /** Every processor that is attached now. */
        public static final Scope ALL = new Scope(false, name -> true);
    }

    /**
     * The states by slug, at exactly this head. Called on a callback thread or, for a destroy, on the writer thread.
     */
    Map<String, JsonNode> at(StreamKey stream, StreamHead head, Scope scope);
}
