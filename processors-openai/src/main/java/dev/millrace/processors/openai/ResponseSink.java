package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;

/** A receiver of a response. Calls come one at a time; {@link #end} comes once, as the last. */
interface ResponseSink {
    /** A piece of an incomplete item. */
    void delta(Delta delta);

    /** A complete item. */
    void item(int outputIndex, JsonNode item);

    /** The end of the response. */
    void end(ModelCallResult modelCallResult);

    /**
     * A piece of an item.
     *
     * @param outputIndex the position of the item
     * @param kind as in {@link AgentEvent.ChunkAdded}
     * @param text not empty
     * @param seq the sequence number of the event, given by the provider
     */
    record Delta(int outputIndex, String kind, String text, long seq) {}
}
