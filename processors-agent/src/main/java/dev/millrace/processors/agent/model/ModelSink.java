package dev.millrace.processors.agent.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/**
 * A receiver of a response. Calls come one at a time; {@link #end} comes once, as the last.
 *
 * @since 0.1
 */
public interface ModelSink {
    /** A piece of an item that is not complete yet. */
    void delta(Delta delta);

    /**
     * A complete item.
     *
     * @param outputIndex the position of the item in the response
     * @param opaque what only the provider understands and needs back with the item, an object; see {@link
     *     OutputItem#opaque}
     */
    void item(int outputIndex, ModelItem item, Optional<JsonNode> opaque);

    /** The end of the response. */
    void end(ModelResult result);

    /**
     * A piece of an item.
     *
     * @param outputIndex the position of its item in the response
     * @param kind {@code text}, {@code reasoning}, {@code refusal} or {@code arguments}
     * @param text not empty; it may end inside a surrogate pair if the next piece continues it
     * @param seq the number of the piece, given by the provider; ascending
     * @since 0.1
     */
    record Delta(int outputIndex, String kind, String text, long seq) {}
}
